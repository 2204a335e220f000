using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Kernels.Training.Corpus;

/// <summary>The paragraphs of an HTML page, without code, navigation and scripts.</summary>
internal static class HtmlText
{
    private const string Blocks = "h1,h2,h3,h4,p,li,dd,dt,blockquote,div.para";

    /// <summary>Innermost block elements in document order, separated by blank lines.</summary>
    public static string Read(string html)
    {
        var document = new HtmlParser().ParseDocument(html);
        foreach (var element in document.QuerySelectorAll("pre,script,style,nav,table,sup,.navheader,.navfooter,.docnav,.toc,.sphinxsidebar,.related,.headerlink").ToArray())
            element.Remove();
        return string.Join("\n\n", document.QuerySelectorAll(Blocks).Where(block => block.QuerySelector(Blocks) is null).Select(block => block.TextContent));
    }
}
