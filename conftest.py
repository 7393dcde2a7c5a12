"nbval compares only cells with an execution count; nbdev_clean removes the counts, so they are put back here."


def pytest_collection_modifyitems(items):
    for n, item in enumerate(items, 1):
        cell = getattr(item, "cell", None)
        if cell is not None and cell.get("outputs") and cell.get("execution_count") is None:
            cell["execution_count"] = n
