import { callersCode } from "../../../runtime/worker/stack-now.ts";

test("what is left of the runtime's own code, a built-in that it called, is no stack of the user's", () => {
  expect(callersCode("    at Promise.catch (<anonymous>)")).toBe("");
  expect(callersCode("")).toBe("");
});

test("a built-in below the user's code stays in its stack", () => {
  const stack = "    at Array.map (<anonymous>)\n    at spin (In[3]:5:7)\n    at new Promise (<anonymous>)";
  expect(callersCode(stack)).toBe(stack);
  expect(callersCode("    at In[3]:5:7")).toBe("    at In[3]:5:7");
});
