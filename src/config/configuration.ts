/** Parses the environment once into a frozen value. Reports all mistakes together, each with its remedy. */
import { isIP } from "node:net";
import { join } from "node:path";
import { isLoopbackHost } from "./hosts.js";
import { isMailAddress, readMailConfiguration, type MailConfiguration } from "./mail.js";

/** The settings of an installation. */
export interface Configuration {
  readonly production: boolean;
  /** 0 asks for a free port. */
  readonly port: number;
  /** The public base URL, without a trailing slash. */
  readonly publicUrl: string;
  readonly databaseUrl: string;
  readonly dataDirectory: string;
  /** `id:base64` entries; `null` uses the key file in the data directory. */
  readonly keyRing: string | null;
  /** `null`: Usher makes a key at the first start and prints it once. */
  readonly operatorKey: string | null;
  /** Private hosts that outgoing requests may reach, as `host` or `host:port`. */
  readonly allowedPrivateHosts: readonly string[];
  /** Origins that may call GraphQL with cookies. The origin of `publicUrl` is always among them. */
  readonly allowedOrigins: readonly string[];
  /** URL prefixes that `returnTo` may name, in addition to addresses of Usher itself. */
  readonly returnUrls: readonly string[];
  /** Addresses or CIDR ranges of trusted proxies. */
  readonly trustedProxies: readonly string[];
  /** The header in which these proxies name the client's address. Usher ignores the other header. */
  readonly forwardedHeader: "x-forwarded-for" | "forwarded";
  /** The npm packages that add connection types. */
  readonly connectionTypePackages: readonly string[];
  readonly entraAuthority: string;
  /** The operator's app at Microsoft; `null` without one. */
  readonly entraApp: AppCredentials | null;
  readonly graphUrl: string;
  readonly googleIssuer: string;
  /** The operator's app at Google; `null` without one. */
  readonly googleApp: AppCredentials | null;
  readonly googleDirectoryUrl: string;
  /** Where administrators reach the operator: an e-mail address or an https URL; `null` if it is not set. */
  readonly operatorContact: string | null;
  readonly mail: MailConfiguration;
  /** Delays between the attempts of one webhook delivery, in seconds. The endpoint is disabled after the last one. */
  readonly webhookRetrySeconds: readonly number[];
  readonly rateLimits: boolean;
  /** How long sign-in attempts are kept, in days. */
  readonly attemptRetentionDays: number;
  /** Whether GraphQL shows its schema to callers. On by default, except in production. */
  readonly introspection: boolean;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
  /** Variables that begin with `USHER_` and that Usher does not know, usually because of a typing mistake. */
  readonly unknownVariables: readonly string[];
}

/** An app of the operator at a provider, for the connections of all organizations. */
interface AppCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Checks that belong to other modules. Each returns the mistake in the value, or `null`. */
export interface ConfigurationChecks {
  readonly databaseUrl: (value: string) => string | null;
  readonly keyRing: (value: string) => string | null;
}

/** The environment is invalid. The message lists every mistake on a line of its own. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";

  constructor(readonly mistakes: readonly string[]) {
    super(
      mistakes.length === 1
        ? `The configuration has a mistake:\n  - ${mistakes[0]}`
        : `The configuration has ${mistakes.length} mistakes:\n${mistakes.map((each) => `  - ${each}`).join("\n")}`,
    );
  }
}

/** From five seconds to a day: about three days in all. */
const DEFAULT_WEBHOOK_RETRY_SECONDS = [5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 43_200, 72_000, 86_400];
const LONGEST_RETRY_SECONDS = 604_800;
const PACKAGE_NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
const KNOWN_HOSTS: Readonly<Record<string, readonly string[]>> = {
  USHER_ENTRA_AUTHORITY: ["login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"],
  USHER_GRAPH_URL: ["graph.microsoft.com", "graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"],
  USHER_GOOGLE_ISSUER: ["accounts.google.com"],
  USHER_GOOGLE_DIRECTORY_URL: ["admin.googleapis.com"],
};

/**
 * Reads the environment.
 *
 * @throws ConfigurationError that lists all mistakes
 */
export function readConfiguration(
  environment: Readonly<Record<string, string | undefined>>,
  checks: ConfigurationChecks,
): Configuration {
  const mistakes: string[] = [];
  const known = new Set<string>();
  const value = (name: string) => {
    known.add(name);
    const text = environment[name]?.trim();
    return text === undefined || text === "" ? null : text;
  };
  const wrong = (name: string, sentence: string) => {
    mistakes.push(`${name} ${sentence}`);
  };
  const entries = (name: string) => splitEntries(value(name) ?? "");
  const oneOf = <const Value extends string>(name: string, values: readonly Value[], fallback: Value): Value => {
    const text = value(name);
    if (text === null) return fallback;
    const found = values.find((each) => each === text);
    if (found === undefined) wrong(name, `must be one of ${values.join(", ")}, not "${text}".`);
    return found ?? fallback;
  };

  const nodeEnvironment = oneOf("NODE_ENV", ["production", "development", "test"], "development");
  const production = nodeEnvironment === "production";
  const port = readPort(value("PORT"), wrong);
  const publicUrl = readPublicUrl(value("USHER_URL") ?? `http://localhost:${port}`, production, wrong);
  const dataDirectory = value("USHER_DATA_DIR") ?? "./data";
  const databaseUrl = value("DATABASE_URL") ?? `sqlite:${join(dataDirectory, "usher.sqlite")}`;
  const databaseMistake = checks.databaseUrl(databaseUrl);
  if (databaseMistake !== null) wrong("DATABASE_URL", databaseMistake);

  const keyRing = value("USHER_KEY_RING");
  if (keyRing !== null) {
    const mistake = checks.keyRing(keyRing);
    if (mistake !== null) wrong("USHER_KEY_RING", mistake);
  } else if (production || (databaseMistake === null && !databaseUrl.startsWith("sqlite:"))) {
    wrong(
      "USHER_KEY_RING",
      `must be set ${production ? "in production" : "for a shared database"}: it encrypts the secrets at rest. ` +
        `Make one with: node -p "'1:' + crypto.randomBytes(32).toString('base64')" ` +
        "and keep it apart from the backups of the database.",
    );
  }

  const operatorKey = value("USHER_OPERATOR_KEY");
  if (operatorKey !== null && operatorKey.length < 32)
    wrong("USHER_OPERATOR_KEY", "must be at least 32 characters long, because it gives access to every organization.");

  const allowedPrivateHosts = entries("USHER_ALLOWED_PRIVATE_HOSTS");
  for (const host of allowedPrivateHosts)
    if (!/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.test(host))
      wrong("USHER_ALLOWED_PRIVATE_HOSTS", `must list host or host:port without a scheme, not "${host}".`);

  const allowedOrigins = entries("USHER_ALLOWED_ORIGINS");
  for (const origin of allowedOrigins)
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      wrong("USHER_ALLOWED_ORIGINS", `must list origins such as https://app.example.com, not "${origin}".`);

  const returnUrls = entries("USHER_RETURN_URLS");
  for (const prefix of returnUrls)
    if (!URL.canParse(prefix) || !/^https?:$/.test(new URL(prefix).protocol) || /[?#@\\]/.test(prefix))
      wrong("USHER_RETURN_URLS", `must list URL prefixes such as https://app.example.com/training/, not "${prefix}".`);

  const trustedProxies = entries("USHER_TRUSTED_PROXIES");
  for (const proxy of trustedProxies) {
    const [address = "", bits] = proxy.split("/");
    if (isIP(address) === 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits)))
      wrong("USHER_TRUSTED_PROXIES", `must list addresses or CIDR ranges such as 10.0.0.0/8, not "${proxy}".`);
  }

  const connectionTypePackages = readConnectionTypePackages(value("USHER_CONNECTION_TYPES"));
  for (const name of connectionTypePackages)
    if (!PACKAGE_NAME.test(name))
      wrong("USHER_CONNECTION_TYPES", `must list names of packages such as @acme/usher-cas, not "${name}".`);

  const webhookRetrySeconds = entries("USHER_WEBHOOK_RETRY_SECONDS").map(Number);
  if (webhookRetrySeconds.some((seconds) => !(seconds > 0 && seconds <= LONGEST_RETRY_SECONDS)))
    wrong(
      "USHER_WEBHOOK_RETRY_SECONDS",
      `must list delays in seconds, each above 0 and at most ${LONGEST_RETRY_SECONDS}, such as 5,30,120.`,
    );

  const service = (name: string, fallback: string) =>
    readServiceUrl(name, value(name) ?? fallback, production ? allowedPrivateHosts : null, wrong);
  const app = (prefix: string): AppCredentials | null => {
    const [clientId, clientSecret] = [value(`${prefix}_CLIENT_ID`), value(`${prefix}_CLIENT_SECRET`)];
    if (clientId !== null && clientSecret !== null) return { clientId, clientSecret };
    if (clientId !== null) wrong(`${prefix}_CLIENT_SECRET`, `must be set, because ${prefix}_CLIENT_ID is set.`);
    if (clientSecret !== null) wrong(`${prefix}_CLIENT_ID`, `must be set, because ${prefix}_CLIENT_SECRET is set.`);
    return null;
  };
  const configuration: Configuration = {
    production,
    port,
    publicUrl,
    databaseUrl,
    dataDirectory,
    keyRing,
    operatorKey,
    allowedPrivateHosts,
    allowedOrigins: [...new Set([originOf(publicUrl), ...allowedOrigins])],
    returnUrls,
    trustedProxies,
    forwardedHeader: oneOf("USHER_FORWARDED_HEADER", ["x-forwarded-for", "forwarded"], "x-forwarded-for"),
    connectionTypePackages,
    entraAuthority: service("USHER_ENTRA_AUTHORITY", "https://login.microsoftonline.com"),
    entraApp: app("USHER_ENTRA"),
    graphUrl: service("USHER_GRAPH_URL", "https://graph.microsoft.com"),
    googleIssuer: service("USHER_GOOGLE_ISSUER", "https://accounts.google.com"),
    googleApp: app("USHER_GOOGLE"),
    googleDirectoryUrl: service("USHER_GOOGLE_DIRECTORY_URL", "https://admin.googleapis.com"),
    operatorContact: readOperatorContact(value("USHER_OPERATOR_CONTACT"), wrong),
    mail: readMailConfiguration({ server: value("SMTP_URL"), sender: value("USHER_MAIL_FROM") }, publicUrl, wrong),
    webhookRetrySeconds: webhookRetrySeconds.length > 0 ? webhookRetrySeconds : DEFAULT_WEBHOOK_RETRY_SECONDS,
    rateLimits: oneOf("USHER_RATE_LIMITS", ["on", "off"], "on") === "on",
    attemptRetentionDays: readDays("USHER_SIGN_IN_ATTEMPT_DAYS", value("USHER_SIGN_IN_ATTEMPT_DAYS"), 180, wrong),
    introspection: oneOf("USHER_INTROSPECTION", ["on", "off"], production ? "off" : "on") === "on",
    logLevel: oneOf("USHER_LOG_LEVEL", LOG_LEVELS, "info"),
    unknownVariables: Object.keys(environment).filter((name) => looksLikeOurs(name) && !known.has(name)),
  };
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
  return Object.freeze(configuration);
}

/** The names in `USHER_CONNECTION_TYPES`, each once. */
export function readConnectionTypePackages(text: string | null | undefined): readonly string[] {
  return [...new Set(splitEntries(text ?? ""))];
}

function splitEntries(text: string): string[] {
  return text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

/** Whether a variable is meant for Usher. Kubernetes adds variables of its own for a service that is named "usher". */
function looksLikeOurs(name: string): boolean {
  return name.startsWith("USHER_") && !/^USHER_(SERVICE_|PORT(_|$))/.test(name);
}

type Wrong = (name: string, sentence: string) => void;

function originOf(address: string): string {
  return URL.canParse(address) ? new URL(address).origin : address;
}

const DEFAULT_PORT = 4000;

function readPort(text: string | null, wrong: Wrong): number {
  if (text === null) return DEFAULT_PORT;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  wrong("PORT", `must be a port number from 0 to 65535, not "${text}".`);
  // The default keeps the public address valid, so that one mistake is not reported twice.
  return DEFAULT_PORT;
}

const LONGEST_CONTACT = 300;

/**
 * Administrators see the contact unchanged, so it must not contain spaces or characters that change the text around it.
 */
function readOperatorContact(text: string | null, wrong: Wrong): string | null {
  if (text === null) return null;
  const isUrl = /^https:\/\/[^\s"<>\p{C}]+$/u.test(text) && URL.canParse(text) && new URL(text).username === "";
  if (text.length <= LONGEST_CONTACT && (isUrl || isMailAddress(text))) return text;
  wrong(
    "USHER_OPERATOR_CONTACT",
    "must be an e-mail address such as help@example.com, or an https URL such as https://help.example.com.",
  );
  return null;
}

const MOST_DAYS = 3_650;

function readDays(name: string, text: string | null, fallback: number, wrong: Wrong): number {
  if (text === null) return fallback;
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MOST_DAYS) return Number(text);
  wrong(name, `must be a number of days from 1 to ${MOST_DAYS}, not "${text}".`);
  return fallback;
}

function readPublicUrl(text: string, production: boolean, wrong: Wrong): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    wrong("USHER_URL", `must be an absolute address such as https://usher.example.com, not "${text}".`);
    return text;
  }
  const url = new URL(text);
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "" || url.username !== "")
    wrong("USHER_URL", "must not have a path, query, fragment or user, because Usher needs a host of its own.");
  if (production && url.protocol !== "https:" && !isLoopbackHost(url.hostname))
    wrong("USHER_URL", "must be https in production: over http, session cookies cross the network unencrypted.");
  return url.origin;
}

function readServiceUrl(name: string, text: string, allowedHosts: readonly string[] | null, wrong: Wrong): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    wrong(name, `must be an absolute address, not "${text}".`);
    return text;
  }
  const url = new URL(text);
  const known = KNOWN_HOSTS[name] ?? [];
  if (
    allowedHosts !== null &&
    !known.includes(url.host) &&
    !allowedHosts.includes(url.host) &&
    !allowedHosts.includes(url.hostname)
  )
    wrong(
      name,
      `names a host that is not one of ${known.join(", ")}. In production, list such a host in USHER_ALLOWED_PRIVATE_HOSTS.`,
    );
  return text.replace(/\/+$/, "");
}
