using Kernels.Training.Corpus;
using Xunit;

namespace Kernels.Training.Tests;

public class CorpusTests
{
    [Fact]
    public void Paragraphs_are_unwrapped_ascii_prose()
    {
        const string Raw = "“Well,”  said\nthe  café owner—he _was_ old…\r\n\r\n\n0x00 {{{ == 17 }}} ;; 42\n\nIt’s so.";
        Assert.Equal(["\"Well,\" said the cafe owner--he was old...", "It's so."], TextCleaner.Paragraphs(Raw));
    }

    [Fact]
    public void A_gutenberg_frame_is_dropped()
    {
        const string Raw = "Some notice here.\n*** START OF THIS PROJECT GUTENBERG EBOOK X ***\n\nCall me Ishmael.\n\nEnd of Project Gutenberg's X\n\nMore notice.";
        Assert.Equal(["Call me Ishmael."], TextCleaner.Paragraphs(Raw));
    }

    [Fact]
    public void Signs_without_an_ascii_spelling_disappear() => Assert.Equal("a b-c", TextCleaner.ToAscii("a\u00A0b\u2013c\u4E2D\u0007"));

    [Fact]
    public void Html_gives_its_innermost_blocks_without_code()
    {
        const string Page = "<html><body><nav><p>menu</p></nav><h1>Title</h1><ul><li><p>One <b>bold</b></p></li><li>Two</li></ul><pre>code</pre><div class=para>Three</div></body></html>";
        Assert.Equal("Title\n\nOne bold\n\nTwo\n\nThree", HtmlText.Read(Page));
    }

    [Fact]
    public void Long_paragraphs_appear_once_in_the_whole_corpus()
    {
        var longOne = new string('a', 80);
        var seen = new HashSet<string>();
        Assert.Equal(longOne + "\n\nshort\n\n", CorpusBuilder.WithoutRepeats([longOne, "short", longOne], seen));
        Assert.Equal("short\n\n", CorpusBuilder.WithoutRepeats(["short", longOne], seen));
    }

    [Fact]
    public void The_shipped_novel_is_held_out_and_other_novels_are_not()
    {
        Assert.True(new CorpusDocument("r-cran-janeaustenr", "Persuasion", "").IsHeldOut);
        Assert.False(new CorpusDocument("r-cran-janeaustenr", "EMMA", "").IsHeldOut);
        var held = Enumerable.Range(0, 2400).Count(i => new CorpusDocument("p", $"page{i}.html", "").IsHeldOut);
        Assert.InRange(held, 60, 140);
    }

    [Fact]
    public void An_r_database_gives_its_character_vectors_and_survives_rubbish()
    {
        byte[] record =
        [
            .. "X\n"u8, 0, 0, 0, 3, 0, 4, 2, 1, 0, 3, 5, 0, 0, 0, 0, 5, .. "UTF-8"u8,
            0, 0, 0, 16, 0, 0, 0, 2, 0, 4, 0, 9, 0, 0, 0, 3, .. "one"u8, 0, 4, 0, 9, 0, 0, 0, 3, .. "two"u8,
        ];
        using var packed = new MemoryStream();
        packed.Write([1, 2, 0x78, 0x9C, 5]);
        packed.Write([0, 0, 0, (byte)record.Length]);
        using (var zlib = new System.IO.Compression.ZLibStream(packed, System.IO.Compression.CompressionMode.Compress, leaveOpen: true)) zlib.Write(record);
        packed.Write([0, 0, 0, 99, 0x78, 0x9C]);
        Assert.Equal(["one\ntwo\n"], RDatabase.ReadTexts(packed.ToArray()));
    }
}
