/** `ray.input`: asks the user. */
import { InputUnavailableError } from "../errors.ts";
import { describeValue } from "./describe-value.ts";
import type { RayHost } from "./host.ts";
import { checkOptions, INPUT_OPTIONS, type InputOptions } from "./options.ts";

export async function input(host: RayHost, prompt: unknown = "", options?: InputOptions): Promise<string> {
  const { password = false } = checkOptions(options, INPUT_OPTIONS, "ray.input");
  if (typeof prompt !== "string") throw new TypeError(`ray.input wants the question as a string; got ${describeValue(prompt)}`);
  if (host.ask === undefined) throw new InputUnavailableError(`Cannot ask ${JSON.stringify(prompt)} in a task or actor: nobody sees it there. Ask in the cell or script, and pass the answer as an argument`);
  return host.ask(prompt, password);
}
