"""Whose address is it: what SQL alone cannot say of addresses. dbt reaches it as functions of the warehouse."""
