"""Flows of the subentries, one file a type, and what they share with the account's."""
