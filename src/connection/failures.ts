/** What can go wrong with connections. */
import { defineFailure, type FieldIssue } from "../platform/errors/failure.js";
import type { Finding } from "./contract/index.js";

export const CONNECTION_NOT_READY = defineFailure<{
  /** What the diagnosis found; empty when settings are missing, since nothing was asked then. */
  findings: readonly Finding[];
  /** What is missing or contradicts itself, at the paths of `updateConnection`. */
  fields: readonly FieldIssue[];
}>({
  code: "CONNECTION_NOT_READY",
  status: 409,
  message: ({ findings, fields }) => {
    const sentences = [
      ...fields.map(({ path, message }) => `${path}: ${message}`),
      ...findings.filter(({ level }) => level === "ERROR").map(({ message }) => message),
    ];
    return `The connection cannot be activated yet. ${sentences.join(" ")}`.trim();
  },
  remedy: "Correct what details.fields and details.findings name, try testConnection, and activate again.",
});

export const CONNECTION_TYPE_FIXED = defineFailure<{ type: string; requested: string }>({
  code: "CONNECTION_TYPE_FIXED",
  status: 409,
  message: ({ type, requested }) =>
    `The connection is of the type ${type}, which never changes; the settings sent are those of ${requested}.`,
  remedy: "Create another connection for the other type.",
});

export const UNKNOWN_CONNECTION_TYPE = defineFailure<{ type: string }>({
  code: "UNKNOWN_CONNECTION_TYPE",
  status: 409,
  message: ({ type }) => `This installation has no connection type ${type}.`,
  remedy: "The query connectionTypes lists the types; the operator adds others.",
});

export const CONNECTION_FAILURES = [CONNECTION_NOT_READY, CONNECTION_TYPE_FIXED, UNKNOWN_CONNECTION_TYPE] as const;
