/**
 * What the ipywidgets protocol asks of a kernel beyond carrying messages: the states of all models, which a page wants when
 * it was reloaded. Kept here from the messages themselves, so that it is answered while a cell is in a loop. Pure.
 * https://github.com/jupyter-widgets/ipywidgets/blob/main/packages/schema/messages.md
 */
import type { CommMessage } from "../../runtime/session/output.ts";
import { isObject } from "../request-fields.ts";
import type { JsonObject } from "../wire/message.ts";

export const WIDGET_TARGET = "jupyter.widget";
export const WIDGET_CONTROL_TARGET = "jupyter.widget.control";

export interface WidgetAnswer {
  readonly data: JsonObject;
  readonly buffers: readonly Uint8Array[];
  /** The session's code need not hear of it. */
  readonly isWhole: boolean;
}

type Path = readonly (string | number)[];

interface Model {
  readonly state: Record<string, unknown>;
  /** Binary values by the JSON of their path in the state. */
  readonly buffers: Map<string, Uint8Array>;
}

export class WidgetStates {
  readonly #models = new Map<string, Model>();

  /** Session → client. */
  said({ what, comm, target, data, buffers }: CommMessage): void {
    if (what === "close") this.#models.delete(comm);
    else if (what === "open" && target === WIDGET_TARGET) this.#models.set(comm, updated({ state: {}, buffers: new Map() }, data, buffers));
    else if (what === "msg") this.#update(comm, data, buffers);
  }

  /** Client → session. A change is echoed, so that other pages of the notebook have it and the one that made it knows its order. */
  heard({ what, comm, data, buffers }: CommMessage): WidgetAnswer | undefined {
    const model = this.#models.get(comm);
    if (model === undefined || !isObject(data)) return undefined;
    if (what === "close") this.#models.delete(comm);
    if (data["method"] === "request_state") return { ...stateMessage("update", model), isWhole: true };
    if (!this.#update(comm, data, buffers)) return undefined;
    return { data: { method: "echo_update", state: data["state"], buffer_paths: data["buffer_paths"] ?? [] }, buffers, isWhole: false };
  }

  /** On the control comm: undefined for what is no request. */
  request(data: unknown): WidgetAnswer | undefined {
    if (!isObject(data) || data["method"] !== "request_states") return undefined;
    const paths: Path[] = [];
    const buffers: Uint8Array[] = [];
    const states: Record<string, unknown> = {};
    for (const [id, model] of this.#models) {
      const { _model_name, _model_module, _model_module_version } = model.state;
      states[id] = { model_name: _model_name, model_module: _model_module, model_module_version: _model_module_version, state: model.state };
      for (const [path, bytes] of model.buffers) {
        paths.push([id, ...(JSON.parse(path) as Path)]);
        buffers.push(bytes);
      }
    }
    return { data: { method: "update_states", states, buffer_paths: paths }, buffers, isWhole: true };
  }

  #update(comm: string, data: unknown, buffers: readonly Uint8Array[]): boolean {
    const model = this.#models.get(comm);
    if (model === undefined || !isObject(data) || data["method"] !== "update") return false;
    updated(model, data, buffers);
    return true;
  }
}

function updated(model: Model, data: unknown, buffers: readonly Uint8Array[]): Model {
  if (!isObject(data) || !isObject(data["state"])) return model;
  for (const [name, value] of Object.entries(data["state"])) {
    model.state[name] = value;
    forgetBuffers(model, name);
  }
  const paths = Array.isArray(data["buffer_paths"]) ? (data["buffer_paths"] as Path[]) : [];
  paths.forEach((path, i) => {
    const bytes = buffers[i];
    if (!Array.isArray(path) || bytes === undefined) return;
    // a binary value of the top has no place in the JSON beside it
    if (path.length === 1) forgetBuffers(model, String(path[0]));
    model.buffers.set(JSON.stringify(path), bytes);
  });
  return model;
}

function forgetBuffers({ buffers }: Model, name: string): void {
  for (const path of buffers.keys()) if ((JSON.parse(path) as Path)[0] === name) buffers.delete(path);
}

function stateMessage(method: string, { state, buffers }: Model): { data: JsonObject; buffers: readonly Uint8Array[] } {
  return { data: { method, state, buffer_paths: [...buffers.keys()].map((path) => JSON.parse(path) as Path) }, buffers: [...buffers.values()] };
}
