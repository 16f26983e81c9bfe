"""
The public suite for kernels, https://github.com/jupyter/jupyter_kernel_test, on this one. RAY_TS_KERNEL_TEST names a checkout of it
where it is not installed.
"""
import importlib.util
import os
import sys
import unittest

if os.environ.get("RAY_TS_KERNEL_TEST"):
    sys.path.insert(0, os.environ["RAY_TS_KERNEL_TEST"])

if importlib.util.find_spec("jupyter_kernel_test") is None:

    @unittest.skip("no jupyter_kernel_test: python3 -m pip install jupyter_kernel_test, or set RAY_TS_KERNEL_TEST to a checkout of it")
    class PublicSuiteTest(unittest.TestCase):
        def test_all(self):
            """the public suite jupyter_kernel_test"""

else:
    import jupyter_kernel_test

    class PublicSuiteTest(jupyter_kernel_test.KernelTests):
        kernel_name = "ray-ts"
        language_name = "typescript"
        file_extension = ".ts"
        code_hello_world = "console.log('hello, world')"
        code_stderr = "console.error('test')"
        completion_samples = [{"text": "parseIn", "matches": {"parseInt"}}, {"text": "Object.fromEn", "matches": {"fromEntries"}}]
        complete_code_samples = ["1", "console.log('hello, world')", "function f(x: number) {\n  return x * 2;\n}\n\n", "const x = `a\nb`"]
        incomplete_code_samples = ["console.log(`hello", "function f(x: number) {\n  x * 2", "if (x)", "a +", "[1,"]
        invalid_code_samples = ["import = 7q", "let = = 1", "const x: = 1"]
        code_generate_error = "throw new RangeError('x')"
        code_execute_result = [{"code": "1+2+3", "result": "6"}, {"code": "[1, 2, 3].map((n) => n * n)", "result": "[ 1, 4, 9 ]"}]
        code_display_data = [
            {"code": "ray.display.html('<b>test</b>')", "mime": "text/html"},
            {"code": "ray.display.latex('\\\\frac{1}{2}')", "mime": "text/latex"},
            {"code": "ray.display.png('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==')", "mime": "image/png"},
        ]
        code_history_pattern = "1?2*"
        supported_history_operations = ("tail", "range", "search")
        code_inspect_sample = "parseInt"
        code_clear_output = "ray.display.clear()"

    class PublicWelcomeTest(jupyter_kernel_test.IopubWelcomeTests):
        kernel_name = "ray-ts"
        support_iopub_welcome = True

    # the suite's own classes are for its own kernels
    del jupyter_kernel_test


if __name__ == "__main__":
    unittest.main()
