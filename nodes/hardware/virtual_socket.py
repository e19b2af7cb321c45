"""Drives a node's virtual hardware from another process: a Unix socket that takes lines.

For tests that start and kill real processes. One line a command, one line back:

    press 17 0.1      press, let go after 0.1 s; answered once the node has handled it
    hold 17           press and keep it
    release 17        let go
    touch 17 18 1.5   press until lamp 18 goes on, at most 1.5 s: lit or dark, answered at that moment
    print 17 NAME 5   press until a printer has cut, at most 5 s: cut or nothing, answered at that moment
    lamp 18           1 or 0
    lit 18            how often it was switched on
    display NAME      what a display shows
    papers NAME       how many tickets a printer printed
    paper NAME        tear off the oldest ticket: its words and its QR code's on one line
    distance NAME ZONE MM  what a zone (0 or 1) of a distance sensor sees, or none; answered once the
                      node has measured it
    fault NAME FAULT  what is wrong with a printer (none, paper_out, cover_open, offline, silent,
                      dies_mid_job, unplugged) or a distance sensor (none, gone, bus, silent)

Anything else is answered with ``error: …``.
"""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast, get_args

from nodes.hardware.virtual import VirtualHardware
from nodes.hardware.virtual_distance import DistanceFault
from nodes.hardware.virtual_printer import Fault, VirtualPrinter
from nodes.nearness import AGREE

HANDLED_WITHIN_S = 10.0


class VirtualSocket:
    """Serves the lines until closed.

    Args:
        path: the socket's path; one left by a killed process is replaced. It is there once it answers.
        hardware: what is driven.
        when_handled: calls back once the node has handled all that happened before.
    """

    def __init__(
        self, path: Path, hardware: VirtualHardware, when_handled: Callable[[Callable[[], None]], None]
    ) -> None:
        self._path, self._hardware, self._when_handled = path, hardware, when_handled
        self._lit: dict[int, threading.Event] = {}
        hardware.on_lamp = self._on_lamp
        answer = self._answer

        class Lines(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                for line in self.rfile:
                    self.wfile.write(f"{answer(line.decode())}\n".encode())

        # Bound is not yet listening: under its own name only once whoever sees it can connect.
        early = path.with_name(f"{path.name}.early")
        early.unlink(missing_ok=True)
        self._server = _Server(str(early), Lines)
        early.replace(path)
        threading.Thread(target=self._server.serve_forever, name="virtual socket", daemon=True).start()

    def close(self) -> None:
        """Serve no longer."""
        self._server.shutdown()
        self._server.server_close()
        self._path.unlink(missing_ok=True)

    def _answer(self, line: str) -> str:
        try:
            return self._do(*line.split())
        except (KeyError, TypeError, ValueError) as problem:
            return f"error: {problem}"

    def _do(self, command: str, subject: str, extra: str = "", seconds: str = "") -> str:
        hardware = self._hardware
        match command:
            case "press":
                hardware.hold(int(subject))
                time.sleep(float(extra or 0.1))
                hardware.release(int(subject))
            case "hold":
                hardware.hold(int(subject))
            case "release":
                hardware.release(int(subject))
            case "touch":
                return self._touch(int(subject), int(extra), float(seconds))
            case "print":
                return self._print(int(subject), extra, float(seconds))
            case "distance":
                return self._walk(subject, int(extra), None if seconds == "none" else int(seconds))
            case "fault":
                return self._set_fault(subject, extra)
            case _:
                return self._look(command, subject)
        return self._handled()

    def _look(self, command: str, subject: str) -> str:
        """What a person at the node would see."""
        hardware = self._hardware
        match command:
            case "lamp":
                return str(int(hardware.lamp(int(subject))))
            case "lit":
                return str(hardware.lit_times.get(int(subject), 0))
            case "display":
                return hardware.display(subject).text
            case "papers":
                return str(hardware.printer(subject).printed)
            case "paper":
                paper = hardware.printer(subject).take_paper()
                return " ".join([*paper.text.split(), paper.code]).strip() if paper else ""
            case _:
                raise ValueError(f"{command!r} is no command")

    def _touch(self, pin: int, lamp: int, seconds: float) -> str:
        lit = self._lit[lamp] = threading.Event()
        self._hardware.hold(pin)
        try:
            return "lit" if lit.wait(seconds) else "dark"
        finally:
            self._hardware.release(pin)

    def _print(self, pin: int, name: str, seconds: float) -> str:
        printer = self._hardware.printer(name)
        if not isinstance(printer, VirtualPrinter):
            raise TypeError(f"{name} prints at once")
        wanted = printer.printed + 1
        self._hardware.hold(pin)
        try:
            return "cut" if printer.wait_for_paper(wanted, seconds) else "nothing"
        finally:
            self._hardware.release(pin)

    def _on_lamp(self, pin: int, lit: bool) -> None:
        if lit and pin in self._lit:
            self._lit[pin].set()

    def _walk(self, name: str, zone: int, mm: int | None) -> str:
        sensor = self._hardware.distances[name]
        sensor.put(zone, mm)
        if sensor.fault or sensor.wait_until_read(zone, AGREE, HANDLED_WITHIN_S):
            return self._handled()
        return "error: the node does not measure"

    def _set_fault(self, name: str, fault: str) -> str:
        wanted = "" if fault == "none" else fault
        if name in self._hardware.distances:
            if wanted not in get_args(DistanceFault):
                raise ValueError(f"{fault!r} is no fault of a sensor: {_listed(DistanceFault)}")
            self._hardware.distances[name].fault = cast("DistanceFault", wanted)
            return "ok"
        printer = self._hardware.printer(name)
        if wanted not in get_args(Fault) or not isinstance(printer, VirtualPrinter):
            raise ValueError(f"{fault!r} is no fault of a printer: {_listed(Fault)}")
        printer.fault = cast("Fault", wanted)
        return "ok"

    def _handled(self) -> str:
        handled = threading.Event()
        self._when_handled(handled.set)
        return "ok" if handled.wait(HANDLED_WITHIN_S) else "error: the node does not come to it"


def _listed(faults: object) -> str:
    return ", ".join(["none", *get_args(faults)[1:]])


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
