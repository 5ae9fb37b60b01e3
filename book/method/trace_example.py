def longest(words):
    return max(words, key=len)


def drop(words):
    rest = words
    rest.remove(longest(words))
    return rest
