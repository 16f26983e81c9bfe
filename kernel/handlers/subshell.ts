import type { Handler } from "../context.ts";

export const createSubshell: Handler = (_request, { shells }) => ({ status: "ok", subshell_id: shells.create() });

export const deleteSubshell: Handler = (request, { shells }) => {
  shells.delete(request.content["subshell_id"]);
  return { status: "ok" };
};

export const listSubshells: Handler = (_request, { shells }) => ({ status: "ok", subshell_id: shells.ids });
