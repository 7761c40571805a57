"""When what is loaded and built: Dagster over `ingestion` and the dbt project. Holds no business rule."""
