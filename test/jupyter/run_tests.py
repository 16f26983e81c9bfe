"""Runs the tests of this folder and ends with a line `N passed, N failed, N skipped`. Arguments choose tests by words of their names."""
import sys
import time
import unittest


class Report(unittest.TextTestResult):
    passed = 0

    def startTest(self, test):
        unittest.TestResult.startTest(self, test)
        self.started = time.monotonic()

    def line(self, mark, test, more=""):
        self.stream.writeln(f"{mark} {test.shortDescription() or test.id()} ({time.monotonic() - self.started:.1f} s){more}")
        self.stream.flush()

    def addSuccess(self, test):
        self.passed += 1
        self.line("ok     ", test)

    def addFailure(self, test, err):
        unittest.TestResult.addFailure(self, test, err)
        self.line("FAILED ", test)

    def addError(self, test, err):
        unittest.TestResult.addError(self, test, err)
        if hasattr(self, "started"):
            self.line("FAILED ", test)

    def addSkip(self, test, reason):
        unittest.TestResult.addSkip(self, test, reason)
        self.stream.writeln(f"skipped {test.shortDescription() or test.id()}: {reason}")


def tests_of(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from tests_of(item)
        else:
            yield item


def main():
    words = sys.argv[1:]
    found = [t for t in tests_of(unittest.defaultTestLoader.discover(".")) if all(w.lower() in f"{t.id()} {t.shortDescription()}".lower() for w in words)]
    result = unittest.TextTestRunner(stream=sys.stdout, resultclass=Report, verbosity=0, buffer=False).run(unittest.TestSuite(found))
    failed = len(result.failures) + len(result.errors)
    print(f"{result.passed} passed, {failed} failed, {len(result.skipped)} skipped")
    return 1 if failed or not found else 0


sys.exit(main())
