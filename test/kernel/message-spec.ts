/**
 * The fields that the Jupyter protocol gives to each message that a kernel sends, and a check against them. Every message
 * that a test receives goes through it. https://jupyter-client.readthedocs.io/en/latest/messaging.html
 */

type Check = (value: unknown) => boolean;
type Fields = Readonly<Record<string, Check>>;

interface MessageSpec {
  readonly required: Fields;
  readonly optional?: Fields;
}

const string: Check = (value) => typeof value === "string";
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
  clear_output: { required: { wait: boolean } },
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
  shutdown_reply: reply({ restart: boolean }),
  kernel_info_reply: reply({
    protocol_version: (value) => string(value) && /^\d+\.\d+(\.\d+)?$/.test(value as string),
    implementation: string,
    implementation_version: string,
    language_info: shape({ required: { name: string, version: string, mimetype: string, file_extension: string }, optional: { pygments_lexer: string, codemirror_mode: (value) => string(value) || object(value), nbconvert_exporter: string } }),
    banner: string,
    help_links: listOf(shape({ required: { text: string, url: string } })),
  }, { debugger: boolean, supported_features: listOf(string) }),
};

/** A failed or aborted request has a reply of its own. */
const errorReply: MessageSpec = { required: { status: oneOf("error"), ...error.required }, optional: { execution_count: integer, user_expressions: userExpressions, payload: listOf(object) } };
const abortedReply: MessageSpec = { required: { status: oneOf("aborted") }, optional: { execution_count: integer } };

const headerFields: Fields = { msg_id: string, msg_type: string, username: string, session: string, date: (value) => string(value) && !Number.isNaN(Date.parse(value as string)), version: string };

/** What is wrong with a message; empty when it is as the protocol says. */
export function messageFaults(message: { readonly header: object; readonly content: object }): string[] {
  const header = message.header as Record<string, unknown>;
  const content = message.content as Record<string, unknown>;
  const type = String(header["msg_type"]);
  const spec = specOf(type, content["status"]);
  const wrong = faults(header, { required: headerFields }).map((fault) => `header ${fault}`);
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
