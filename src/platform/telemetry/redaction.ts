/**
 * Removes secrets from log lines. Recognises secrets by name and by form, because the code that logs a value often does
 * not know that the value is secret.
 */

const REDACTED = "[redacted]";

const MAXIMUM_DEPTH = 8;
const MAXIMUM_TEXT_LENGTH = 8_000;

/** Parts of the names of secrets, without case, dashes and underscores. */
const SECRET_NAME =
  /secret|password|passphrase|token|authorization|cookie|assertion|credential|privatekey|apikey|keyring|samlrequest|samlresponse|relaystate|logoutrequest|logoutresponse|codeverifier|signature/;
/** Whole names of secrets. */
const SECRET_WHOLE_NAME = /^(code|state|nonce|key|otp|jwt|parameters|payload)$/;
/** Names with these endings are logged: `tokenEndpoint`, `secretSetAt`, `tokenId`. */
const HARMLESS_SUFFIX = /(endpoint|url|uri|id|ids|count|kind|type|at|prefix|seconds|name|algorithm|authentication)$/;
/** Codes and states (`NOT_FOUND`, `ACTIVE`) are logged, because a generated value never has this form. */
const CONSTANT_WORD = /^[A-Z]+(?:_[A-Z]+)*$/;

/** Whether the value of this name is a secret. @internal */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  if (SECRET_WHOLE_NAME.test(plain)) {
    return true;
  }
  return SECRET_NAME.test(plain) && !HARMLESS_SUFFIX.test(plain);
}

/** Removes bearer credentials, passwords in URLs, secret query parameters and encoded tokens from a text. */
export function redactText(text: string): string {
  const short = text.length > MAXIMUM_TEXT_LENGTH ? `${text.slice(0, MAXIMUM_TEXT_LENGTH)}…` : text;
  return (
    short
      .replaceAll(/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi, `$1 ${REDACTED}`)
      // Serialised JSON Web Signatures and Encryptions: the first part is always the base64url of `{"`.
      .replaceAll(/\beyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){1,4}/g, REDACTED)
      .replaceAll(/\b([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@]*:)[^\s@/]+@/gi, `$1${REDACTED}@`)
      .replaceAll(/([?&#;]([A-Za-z0-9_.-]+)=)([^&#\s"'<>]+)/g, (whole, start: string, name: string) =>
        isSecretName(name) ? `${start}${REDACTED}` : whole,
      )
      // MariaDB and MySQL quote the offending value of a unique key.
      .replaceAll(/(Duplicate entry )'.*?'( for key)/g, `$1'${REDACTED}'$2`)
  );
}

/** Copies a value for the log: replaces secrets, describes errors, and cuts cycles and values that are nested too deeply. */
export function redactValue(value: unknown): unknown {
  return redact(value, 0, new Set());
}

function redact(value: unknown, depth: number, above: Set<object>): unknown {
  if (typeof value === "string") {
    return redactText(value);
  }
  if (typeof value === "bigint") {
    return value.toString();
  }
  if (typeof value !== "object" || value === null) {
    return typeof value === "function" || typeof value === "symbol" ? undefined : value;
  }
  if (above.has(value)) {
    return "[circular]";
  }
  if (depth >= MAXIMUM_DEPTH) {
    return "[deep]";
  }
  above.add(value);
  try {
    return redactObject(value, depth, above);
  } finally {
    above.delete(value);
  }
}

function redactObject(value: object, depth: number, above: Set<object>): unknown {
  if (value instanceof Error) {
    return describeError(value, depth, above);
  }
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? null : value.toISOString();
  }
  if (value instanceof URL) {
    return redactText(value.href);
  }
  if (ArrayBuffer.isView(value)) {
    return `[${value.byteLength} bytes]`;
  }
  if (Array.isArray(value)) {
    return value.map((item) => redact(item, depth + 1, above));
  }
  const entries = value instanceof Map ? [...value].map(([key, item]) => [String(key), item]) : Object.entries(value);
  return Object.fromEntries(entries.map(([name, item]) => [name, redactMember(name, item, depth, above)]));
}

function redactMember(name: string, value: unknown, depth: number, above: Set<object>): unknown {
  if (!isSecretName(name) || value === null || value === undefined || typeof value === "boolean") {
    return redact(value, depth + 1, above);
  }
  return typeof value === "string" && CONSTANT_WORD.test(value) ? value : REDACTED;
}

interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: unknown;
}

/**
 * Describes an error by its name, message, code, stack and cause only. Drivers attach the statement with its values (`sql`,
 * `parameters`) to an error, and HTTP clients attach the whole request.
 */
function describeError(error: Error, depth: number, above: Set<object>): ErrorDescription {
  const code: unknown = "code" in error ? error.code : undefined;
  return {
    type: error.name,
    message: redactText(error.message),
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(error.cause === undefined || error.cause === null ? {} : { cause: redact(error.cause, depth + 1, above) }),
  };
}
