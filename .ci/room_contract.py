"""An import contract: a room is entered by its door, so what its `__init__` does not export is its own affair.

import-linter's own `protected` contract says the same of one package, and would have to be written once for each.
"""

import grimp
from importlinter import Contract, ContractCheck, fields, output


class RoomContract(Contract):
    """Modules inside a room are imported by modules of the room alone.

    Options:
        rooms: packages; what lies outside of one may import the package, and nothing in it.
    """

    type_name = "rooms"
    rooms = fields.ListField(subfield=fields.StringField())

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        """Return every import that goes past a door."""
        past = [
            f"{line['line_number']}: {importer} imports {inside}, which {room} keeps to itself"
            for room in self.rooms
            for inside in sorted(graph.find_descendants(room))
            for importer in sorted(graph.find_modules_that_directly_import(inside))
            if importer != room and not importer.startswith(f"{room}.")
            for line in graph.get_import_details(importer=importer, imported=inside)
        ]
        return ContractCheck(kept=not past, metadata={"past": past})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print the imports that broke the contract."""
        for line in check.metadata["past"]:
            output.print_error(line)
