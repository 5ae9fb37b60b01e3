"""The from-scratch tokenizer: characters for literals, whole tokens for what programs and formats repeat.

Text is cut by one pattern; a piece that is in the vocabulary is one token, any other falls apart into its
characters, and a character that is not there into its bytes. Nothing is merged, so a literal reads the same
wherever it stands, digits stay single, and every text comes back exactly.

A variable is the same token wherever it stands, so that to find it again is to look for an equal token: its name takes
no space with it. Other words take theirs, as operators do: `v| in |xs`, `xs| becomes |[`.
"""

import re
from collections import Counter
from collections.abc import Iterable
from keyword import iskeyword

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from semcoder.config import require

SPECIAL = ("<pad>", "<s>", "</s>")
BYTES = tuple(f"<0x{value:02X}>" for value in range(256))
LITERAL = r"(?<![A-Za-z])'[^'\n]*'|(?<![A-Za-z])\"[^\"\n]*\""  # in no vocabulary: it is always spelled out
LABELS = (
    r"  # \[L",  # behind a line of code
    r"\[/?[A-Z]{2,}[-\]]", r"\[/?Refined\]", r"\[/?L(?=\d)",  # tags
    r"(?<=\[L\d)\] ", r"(?<=\[L\d\d)\] ",  # the end of a step's label
    r"\n *",  # a line break with the indentation that follows it
    r" (?:->|==|!=|<=|>=|\+=|-=|\*=|//|[-+*/%<>=]) ",  # operators with their spaces
)
# A word has the space before it, and the space behind it where a value or a name follows, which never has one.
WORD = r" ?(?!{names})[A-Za-z_]+(?: (?={names}|[\d'\"\[({{`-]))?"
OTHERS = (r"[A-Za-z_]+", r"[,:.] (?! )", r"\d", r" +", r"[\s\S]")
WORD_AND_SPACE = re.compile(r"((?<![ \n]) )?([A-Za-z_]+)")  # indentation is no space before a word
MIN_COUNT = 20  # a piece seen less often is spelled out
MIN_BARE_SHARE = 0.1  # a word that so often follows something else than a space is a name


def build_tokenizer(texts: Iterable[str], vocab_size: int) -> PreTrainedTokenizerFast:
    """Returns a tokenizer whose vocabulary is special tokens, bytes, the characters and the frequent pieces of `texts`.

    Args:
        texts: prompts and responses it will read.
        vocab_size: upper bound on the number of tokens.

    Raises:
        UserError: not even bytes and characters fit.
    """
    texts = list(texts)
    pattern = make_pattern(texts)
    characters, pieces = count_pieces(texts, pattern)
    vocabulary = [*SPECIAL, *BYTES, *sorted(characters)]
    require(len(vocabulary) <= vocab_size, "vocab_size", vocab_size,
            f"give at least {len(vocabulary)}, for special tokens, bytes and characters")
    frequent = sorted((p for p, n in pieces.items() if n >= MIN_COUNT), key=lambda p: (-pieces[p], p))
    vocabulary += frequent[:vocab_size - len(vocabulary)]
    model = models.BPE(vocab={token: i for i, token in enumerate(vocabulary)}, merges=[], byte_fallback=True,
                       ignore_merges=True)
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(pattern), "isolated")
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>",
                                   clean_up_tokenization_spaces=False, padding_side="left")


def make_pattern(texts: list[str]) -> str:
    """Returns the regular expression of pieces, with the names that occur in the texts."""
    spaced, bare = Counter(), Counter()
    for text in texts:
        for space, word in WORD_AND_SPACE.findall(re.sub(LITERAL, "''", text)):
            (spaced if space else bare)[word] += 1
    names = sorted(word for word, n in bare.items()
                   if n >= MIN_COUNT and n >= MIN_BARE_SHARE * (n + spaced[word]) and not iskeyword(word))
    return "|".join((LITERAL, *LABELS, WORD.format(names=rf"(?:{'|'.join(names)})(?![A-Za-z_])"), *OTHERS))


def count_pieces(texts: list[str], pattern: str) -> tuple[set[str], Counter]:
    """Returns the printable ASCII characters seen, and how often each longer piece occurs outside string literals."""
    characters: set[str] = set()
    pieces: Counter = Counter()
    cut = re.compile(pattern)
    for text in texts:
        characters.update(text)
        pieces.update(cut.findall(re.sub(LITERAL, "''", text)))
    characters = {c for c in characters if c.isascii() and (c.isprintable() or c == "\n")}
    return characters, Counter({piece: n for piece, n in pieces.items() if len(piece) > 1 and piece != "''"})
