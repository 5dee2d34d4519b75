/**
 * Finds the settings that could send a connection type's secrets to a wrong server. An administrator may change any
 * setting. Usher requires the secrets again only if the setting is marked `receivesSecrets`. So every other setting is
 * moved to a decoy. The decoy answers like the provider, but with its own address. Secrets must not arrive there.
 */
import type { Fetch, Setting, SettingsDeclaration } from "../../src/connection/contract/index.js";
import { settingsOf } from "./subject.js";

const DECOY = "127.0.0.1:9";

/** A configured connection type, and a function that makes it send requests. */
export interface Exercised {
  readonly type: { readonly settings: SettingsDeclaration };
  readonly settings: Readonly<Record<string, unknown>>;
  /** Sends requests to the provider. */
  readonly fetch: Fetch;
  /**
   * Opens and diagnoses the connection, and signs a person in, as far as the settings allow.
   *
   * @param real replaces the decoy's host in an address by the provider's, so that a browser can go there
   */
  readonly exercise: (
    settings: Record<string, unknown>,
    fetch: Fetch,
    real: (address: string) => string,
  ) => Promise<void>;
}

/** The names of the settings without `receivesSecrets` that decide which host gets a secret. */
export async function findMisleadingSettings(exercised: Exercised): Promise<readonly string[]> {
  const { type, settings } = exercised;
  const declared = settingsOf(type);
  const secrets = declared
    .filter(([name, { kind }]) => kind === "SECRET" && settings[name] !== null)
    .flatMap(([name]) => [String(settings[name]), formEncode(String(settings[name]))]);
  const carriesSecret = ({ text }: SentRequest) => secrets.some((secret) => text.includes(secret));
  const sent = await run(exercised, settings, null);
  const hosts = [...new Set(sent.map(({ host }) => host))];
  const secretHosts = [...new Set(sent.filter(carriesSecret).map(({ host }) => host))];
  const misleading: string[] = [];
  for (const [name, setting] of declared) {
    const value = settings[name] ?? null;
    if (setting.kind === "SECRET" || setting.receivesSecrets || value === null) continue;
    const named = hosts.filter((host) => JSON.stringify(value).includes(host));
    const arrives = async (host: string) => {
      const moved = { ...settings, [name]: replaceHost(value, host, DECOY) };
      return (await run(exercised, moved, host)).some((request) => request.host === DECOY && carriesSecret(request));
    };
    const moved = await Promise.all(named.map(arrives));
    const isPart = secretHosts.some((host) => !named.includes(host) && isMadeOf(host, setting, value));
    if (moved.includes(true) || isPart) misleading.push(name);
  }
  return misleading;
}

/** A request of the type to its provider. `text` is the whole request, with credentials decoded. */
interface SentRequest {
  readonly host: string;
  readonly text: string;
}

/** @param moved the host that the decoy replaces; `null` without a decoy */
async function run(
  { fetch, exercise }: Exercised,
  settings: Readonly<Record<string, unknown>>,
  moved: string | null,
): Promise<readonly SentRequest[]> {
  const sent: SentRequest[] = [];
  const real = (address: string) => (moved === null ? address : address.replaceAll(DECOY, moved));
  const record: Fetch = async (url, init = {}) => {
    const { host } = new URL(url);
    const headers = [...new Headers(init.headers).values()].join(" ");
    const [, credentials = ""] = (new Headers(init.headers).get("authorization") ?? "").split(" ");
    const decoded = Buffer.from(credentials, "base64").toString("utf8");
    const body = typeof init.body === "string" || init.body instanceof URLSearchParams ? String(init.body) : "";
    sent.push({ host, text: `${url} ${body} ${headers} ${decoded}` });
    if (moved === null || host !== DECOY) return await fetch(url, init);
    const response = await fetch(real(url), init);
    return new Response((await response.text()).replaceAll(moved, DECOY), response);
  };
  // A moved setting may break the sign-in. This function only records the requests.
  await exercise({ ...settings }, record, real).catch((error: unknown) => {
    if (moved === null) throw error;
  });
  return sent;
}

function replaceHost(value: unknown, host: string, decoy: string): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(host, decoy));
}

/** Whether a value is a part of a host: its port, or labels in a row, such as `acme` of `acme.id.example`. */
function isMadeOf(host: string, { kind }: Setting, value: unknown): boolean {
  if (kind === "TOGGLE") return false;
  const texts = (Array.isArray(value) ? value : [value]).map((each) => String(each).toLowerCase());
  return texts.some((text) => text !== "" && `.${host.replace(":", ".")}.`.includes(`.${text.replace(":", ".")}.`));
}

function formEncode(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1);
}
