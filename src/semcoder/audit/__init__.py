"""Audit of monologues that any model wrote: which of their statements about a run are true.

`audit_text` judges one, `audit_items` many, `semcoder.audit.summary` says what came of a corpus.
"""

from semcoder.audit.audit import AuditResult, Item, audit_items, audit_text

__all__ = ["AuditResult", "Item", "audit_items", "audit_text"]
