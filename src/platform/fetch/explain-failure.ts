/** Turns an error of a connection, a TLS handshake or an HTTP parser into a refusal that an administrator can act on. */
import { isNativeError } from "node:util/types";
import { FetchRefusal, type FetchRefusalCode } from "./fetch-refusal.js";

const CERTIFICATE_REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "has expired",
  CERT_NOT_YET_VALID: "is not valid yet",
  CERT_REVOKED: "was revoked",
  ERR_TLS_CERT_ALTNAME_INVALID: "is for other names",
  DEPTH_ZERO_SELF_SIGNED_CERT: "is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN:
    "was issued by an authority that this machine does not trust; the operator can add it with NODE_EXTRA_CA_CERTS",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "came without the intermediate certificates that lead to a trusted authority",
  UNABLE_TO_GET_ISSUER_CERT:
    "came without the intermediate certificates that lead to a trusted authority, or from one that this machine does not trust",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "came without the intermediate certificates that lead to a trusted authority, or from one that this machine does not trust",
};

/** The other codes of OpenSSL's verification and of Node's check of the name. */
const CERTIFICATE_CODE =
  /^(CERT_|CRL_|UNABLE_TO_|ERROR_IN_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED)/;

const OTHER_REASONS: Readonly<Record<string, readonly [FetchRefusalCode, string]>> = {
  ENOTFOUND: ["NAME_NOT_FOUND", "has no address: the name is not known"],
  ENODATA: ["NAME_NOT_FOUND", "has no address: the name is not known"],
  EAI_AGAIN: ["NAME_NOT_FOUND", "could not be resolved: the name server does not answer at the moment"],
  UND_ERR_CONNECT_TIMEOUT: ["TIMEOUT", "did not accept a connection in time"],
  ETIMEDOUT: ["TIMEOUT", "did not accept a connection in time"],
  ECONNREFUSED: ["UNREACHABLE", "refused the connection"],
  ECONNRESET: ["UNREACHABLE", "closed the connection before its answer was complete"],
  EPIPE: ["UNREACHABLE", "closed the connection before its answer was complete"],
  UND_ERR_SOCKET: ["UNREACHABLE", "closed the connection before its answer was complete"],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ["UNREACHABLE", "sent a response that is longer or shorter than it announced"],
  EHOSTUNREACH: ["UNREACHABLE", "cannot be reached over the network of this machine"],
  ENETUNREACH: ["UNREACHABLE", "cannot be reached over the network of this machine"],
  EPROTO: ["UNREACHABLE", "does not answer in TLS on this port"],
  UND_ERR_HEADERS_OVERFLOW: ["TOO_LARGE", "sent more header lines than are read"],
  UND_ERR_RES_EXCEEDED_MAX_SIZE: ["TOO_LARGE", "sent more data than is read"],
  UND_ERR_DESTROYED: ["UNREACHABLE", "was not requested, because this server is stopping"],
  UND_ERR_CLOSED: ["UNREACHABLE", "was not requested, because this server is stopping"],
};

/** The refusal for an error of a request to `host`. The error is its cause, for the log. */
export function explainFailure(error: unknown, host: string): FetchRefusal {
  const chain = [...causesOf(error)];
  const refusal = chain.find((each) => each instanceof FetchRefusal);
  if (refusal !== undefined) return refusal;
  const code = chain.map(({ code }) => code).findLast((each) => typeof each === "string") ?? "";
  const { name = "" } = chain.at(-1) ?? {};
  const [kind, reason] = reasonOf(code, name);
  return new FetchRefusal(kind, `${host} ${reason}.`, { cause: error });
}

function reasonOf(code: string, name: string): readonly [FetchRefusalCode, string] {
  if (code in CERTIFICATE_REASONS || CERTIFICATE_CODE.test(code))
    return ["CERTIFICATE_REFUSED", `has a certificate that ${CERTIFICATE_REASONS[code] ?? `was refused (${code})`}`];
  const known = OTHER_REASONS[code];
  if (known !== undefined) return known;
  if (code.startsWith("ERR_SSL")) return ["UNREACHABLE", "does not answer in TLS on this port"];
  if (name === "HTTPParserError") return ["UNREACHABLE", "answered with something that is not HTTP"];
  if (code.startsWith("Z_") || code.startsWith("ERR_BROTLI") || code.startsWith("ERR__ERROR_FORMAT"))
    return ["UNREACHABLE", "sent an answer that cannot be decompressed"];
  return ["UNREACHABLE", code === "" ? "could not be requested" : `could not be requested (${code})`];
}

type Carrier = Error & { readonly code?: unknown; readonly errors?: unknown };

/** An error and its causes, outermost first. After several attempts to connect, the last one counts. */
function* causesOf(error: unknown): Generator<Carrier> {
  let each: unknown = error;
  // Bounded, because an error can be its own cause.
  for (let depth = 0; depth < 8 && isNativeError(each); depth += 1) {
    const carrier: Carrier = each;
    yield carrier;
    each = carrier.cause ?? (Array.isArray(carrier.errors) ? carrier.errors.at(-1) : undefined);
  }
}
