"""The from-scratch tokenizer: characters for literals, whole tokens for what programs and formats repeat.

Text is cut by one pattern; a piece that is in the vocabulary is one token, any other falls apart into its
characters, and a character that is not there into its bytes. Nothing is merged, so a literal reads the same
wherever it stands, digits stay single, and every text comes back exactly.
"""

import re
from collections import Counter
from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from semcoder.config import require

SPECIAL = ("<pad>", "<s>", "</s>")
BYTES = tuple(f"<0x{value:02X}>" for value in range(256))
PATTERN = "|".join((
    r"  # \[L",  # line label behind a line of code
    r"\[/?[A-Z]{2,}[-\]]", r"\[/?Refined\]", r"\[/?L(?=\d)",  # tags
    r"\n *",  # a line break with the indentation that follows it
    r" (?:->|==|!=|<=|>=|\+=|-=|\*=|//|[-+*/%<>=]) ",  # operators with their spaces
    r" ?[A-Za-z_]+", r"[,:.] (?! )", r"\d", r" +", r"[\s\S]",
))
STRING = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"")
MIN_COUNT = 20  # a piece seen less often is spelled out


def build_tokenizer(texts: Iterable[str], vocab_size: int) -> PreTrainedTokenizerFast:
    """Returns a tokenizer whose vocabulary is special tokens, bytes, the characters and the frequent pieces of `texts`.

    Args:
        texts: prompts and responses it will read.
        vocab_size: upper bound on the number of tokens.

    Raises:
        UserError: not even bytes and characters fit.
    """
    characters, pieces = count_pieces(texts)
    vocabulary = [*SPECIAL, *BYTES, *sorted(characters)]
    require(len(vocabulary) <= vocab_size, "vocab_size", vocab_size,
            f"give at least {len(vocabulary)}, for special tokens, bytes and characters")
    frequent = sorted((p for p, n in pieces.items() if n >= MIN_COUNT), key=lambda p: (-pieces[p], p))
    vocabulary += frequent[:vocab_size - len(vocabulary)]
    model = models.BPE(vocab={token: i for i, token in enumerate(vocabulary)}, merges=[], byte_fallback=True,
                       ignore_merges=True)
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(PATTERN), "isolated")
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>",
                                   clean_up_tokenization_spaces=False, padding_side="left")


def count_pieces(texts: Iterable[str]) -> tuple[set[str], Counter]:
    """Returns the printable ASCII characters seen, and how often each longer piece occurs outside string literals."""
    characters: set[str] = set()
    pieces: Counter = Counter()
    pattern = re.compile(PATTERN)
    for text in texts:
        characters.update(text)
        pieces.update(pattern.findall(STRING.sub("''", text)))
    characters = {c for c in characters if c.isascii() and (c.isprintable() or c == "\n")}
    return characters, Counter({piece: n for piece, n in pieces.items() if len(piece) > 1})
