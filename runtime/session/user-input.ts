/** Asks the user through the front. */
import { InputUnavailableError } from "../errors.ts";
import type { Executions } from "./execution.ts";
import type { FrontLink } from "./front-link.ts";

export class UserInput {
  readonly #link: Pick<FrontLink, "ask">;
  readonly #executions: Executions;

  constructor(link: Pick<FrontLink, "ask">, executions: Executions) {
    this.#link = link;
    this.#executions = executions;
  }

  /** Undefined when the user gave no answer. */
  async ask(prompt: string, password: boolean): Promise<string | undefined> {
    const answer = await this.#link.ask({ type: "input-wanted", execution: this.#executions.receiving?.id ?? 0, prompt, password });
    if (answer.type !== "input") throw new Error(`The front answered a question to the user with "${answer.type}"`);
    if (answer.refused !== undefined) throw new InputUnavailableError(`Cannot ask ${JSON.stringify(prompt)}: ${answer.refused}`);
    return answer.value;
  }

  /** `ray.input`. */
  readonly input = async (prompt: string, password: boolean): Promise<string> => {
    const value = await this.ask(prompt, password);
    if (value === undefined) throw new InputUnavailableError(`${JSON.stringify(prompt)} was not answered`);
    return value;
  };
}
