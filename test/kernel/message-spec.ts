/**
 * The fields that the Jupyter protocol gives to each message between a kernel and its clients, and a check against them. Every
 * message that a test sends or receives goes through it. https://jupyter-client.readthedocs.io/en/latest/messaging.html
 */

type Check = (value: unknown) => boolean;
type Fields = Readonly<Record<string, Check>>;

interface MessageSpec {
  readonly required: Fields;
  readonly optional?: Fields;
}

const string: Check = (value) => typeof value === "string";
const number: Check = (value) => typeof value === "number";
const boolean: Check = (value) => typeof value === "boolean";
const integer: Check = (value) => Number.isInteger(value);
const object: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const oneOf = (...values: readonly unknown[]): Check => (value) => values.includes(value);
const listOf = (item: Check): Check => (value) => Array.isArray(value) && value.every(item);
const mimeBundle: Check = (value) => object(value) && Object.keys(value as object).every((type) => /^[\w.+-]+\/[\w.+-]+$/.test(type));
const shape = (spec: MessageSpec): Check => (value) => object(value) && faults(value as Record<string, unknown>, spec).length === 0;

const display: MessageSpec = { required: { data: mimeBundle, metadata: object }, optional: { transient: shape({ required: {}, optional: { display_id: string } }) } };
const error: MessageSpec = { required: { ename: string, evalue: string, traceback: listOf(string) } };
const historyRow: Check = (row) => Array.isArray(row) && row.length === 3 && integer(row[0]) && integer(row[1]) && (string(row[2]) || (Array.isArray(row[2]) && row[2].length === 2 && string(row[2][0]) && (row[2][1] === null || string(row[2][1]))));
const reply = (required: Fields, optional: Fields = {}): MessageSpec => ({ required: { status: oneOf("ok"), ...required }, optional });
const userExpression: Check = (value) => shape({ required: { status: oneOf("ok"), data: mimeBundle, metadata: object } })(value) || shape({ required: { status: oneOf("error"), ...error.required } })(value);
const userExpressions: Check = (value) => object(value) && Object.values(value as object).every(userExpression);

const messages: Readonly<Record<string, MessageSpec>> = {
  // iopub
  status: { required: { execution_state: oneOf("starting", "busy", "idle") } },
  execute_input: { required: { code: string, execution_count: integer } },
  execute_result: { required: { ...display.required, execution_count: integer }, optional: display.optional ?? {} },
  display_data: display,
  update_display_data: { required: { ...display.required, transient: shape({ required: { display_id: string } }) } },
  stream: { required: { name: oneOf("stdout", "stderr"), text: string } },
  error,
  debug_event: { required: { type: oneOf("event"), seq: integer, event: oneOf("initialized", "stopped", "continued", "breakpoint") }, optional: { body: object } },
  clear_output: { required: { wait: boolean } },
  comm_open: { required: { comm_id: string, target_name: string, data: object }, optional: { target_module: string } },
  comm_msg: { required: { comm_id: string, data: object } },
  comm_close: { required: { comm_id: string, data: object } },
  iopub_welcome: { required: { subscription: string } },
  // stdin
  input_request: { required: { prompt: string, password: boolean } },
  // shell and control
  execute_reply: reply({ execution_count: integer, user_expressions: userExpressions }, { payload: listOf(object) }),
  is_complete_reply: { required: { status: oneOf("complete", "incomplete", "invalid", "unknown") }, optional: { indent: string } },
  complete_reply: reply({ matches: listOf(string), cursor_start: integer, cursor_end: integer, metadata: object }),
  inspect_reply: reply({ found: boolean, data: mimeBundle, metadata: object }),
  history_reply: reply({ history: listOf(historyRow) }),
  comm_info_reply: reply({ comms: object }),
  connect_reply: reply({ shell_port: integer, iopub_port: integer, stdin_port: integer, hb_port: integer, control_port: integer }),
  interrupt_reply: reply({}),
  // the Debug Adapter Protocol's, with Jupyter's additions
  debug_reply: { required: { type: oneOf("response"), seq: integer, request_seq: integer, success: boolean, command: string }, optional: { body: object, message: string } },
  create_subshell_reply: reply({ subshell_id: string }),
  delete_subshell_reply: reply({}),
  list_subshell_reply: reply({ subshell_id: listOf(string) }),
  // ipykernel's, which the specification does not have; the last three are ours
  usage_reply: { required: { hostname: string, pid: integer, kernel_cpu: number, kernel_memory: integer, cpu_count: integer, host_virtual_memory: (value) => shape({ required: { total: number, available: number, percent: number, used: number, free: number } })(value), session_memory: integer, cluster_memory: integer, cluster_processes: integer }, optional: { host_cpu_percent: number } },
  shutdown_reply: reply({ restart: boolean }),
  kernel_info_reply: reply({
    protocol_version: (value) => string(value) && /^\d+\.\d+(\.\d+)?$/.test(value as string),
    implementation: string,
    implementation_version: string,
    language_info: shape({ required: { name: string, version: string, mimetype: string, file_extension: string }, optional: { pygments_lexer: string, codemirror_mode: (value) => string(value) || object(value), nbconvert_exporter: string } }),
    banner: string,
    help_links: listOf(shape({ required: { text: string, url: string } })),
  }, { debugger: boolean, supported_features: listOf(string) }),

  // what clients send: on shell
  execute_request: { required: { code: string }, optional: { silent: boolean, store_history: boolean, user_expressions: (value) => object(value) && Object.values(value as object).every(string), allow_stdin: boolean, stop_on_error: boolean } },
  inspect_request: { required: { code: string, cursor_pos: integer, detail_level: oneOf(0, 1) } },
  complete_request: { required: { code: string, cursor_pos: integer } },
  history_request: { required: { hist_access_type: oneOf("range", "tail", "search") }, optional: { output: boolean, raw: boolean, session: integer, start: integer, stop: integer, n: integer, pattern: string, unique: boolean } },
  is_complete_request: { required: { code: string } },
  comm_info_request: { required: {}, optional: { target_name: string } },
  connect_request: { required: {} },
  kernel_info_request: { required: {} },
  // on control
  shutdown_request: { required: { restart: boolean } },
  interrupt_request: { required: {} },
  debug_request: { required: { type: oneOf("request"), seq: integer, command: string }, optional: { arguments: object } },
  usage_request: { required: {} },
  create_subshell_request: { required: {} },
  delete_subshell_request: { required: { subshell_id: string } },
  list_subshell_request: { required: {} },
  // on stdin
  input_reply: { required: { value: string }, optional: { status: oneOf("ok") } },
};

/** A failed or aborted request has a reply of its own. */
const errorReply: MessageSpec = { required: { status: oneOf("error"), ...error.required }, optional: { execution_count: integer, user_expressions: userExpressions, payload: listOf(object) } };
const abortedReply: MessageSpec = { required: { status: oneOf("aborted") }, optional: { execution_count: integer } };

const headerFields: Fields = { msg_id: string, msg_type: string, username: string, session: string, date: (value) => string(value) && !Number.isNaN(Date.parse(value as string)), version: string };
const optionalHeaderFields: Fields = { subshell_id: (value) => value === null || string(value) };

/** What is wrong with a message; empty when it is as the protocol says. */
export function messageFaults(message: { readonly header: object; readonly content: object }): string[] {
  const header = message.header as Record<string, unknown>;
  const content = message.content as Record<string, unknown>;
  const type = String(header["msg_type"]);
  const spec = specOf(type, content["status"]);
  const wrong = faults(header, { required: headerFields, optional: optionalHeaderFields }).map((fault) => `header ${fault}`);
  if (spec === undefined) return [...wrong, `unknown message type ${type}`];
  return [...wrong, ...faults(content, spec)].map((fault) => `${type}: ${fault}`);
}

function specOf(type: string, status: unknown): MessageSpec | undefined {
  if (type.endsWith("_reply") && status === "error") return errorReply;
  if (type.endsWith("_reply") && status === "aborted") return abortedReply;
  return messages[type];
}

function faults(content: Record<string, unknown>, { required, optional = {} }: MessageSpec): string[] {
  const missing = Object.keys(required).filter((field) => !(field in content)).map((field) => `${field} is missing`);
  const wrong = Object.entries({ ...required, ...optional })
    .filter(([field, check]) => field in content && !check(content[field]))
    .map(([field]) => `${field} is ${JSON.stringify(content[field])}`);
  const extra = Object.keys(content).filter((field) => !(field in required) && !(field in optional)).map((field) => `${field} is not in the protocol`);
  return [...missing, ...wrong, ...extra];
}
