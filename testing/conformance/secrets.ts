/**
 * Finds the settings that could lead a connection type's secrets elsewhere. An administrator may change any setting; the
 * secrets are asked for anew only where the setting says `receivesSecrets`. So each other setting is moved to a decoy, which
 * answers as the provider does and names itself in its answers, and no secret may arrive there.
 */
import type { Fetch, Setting, SettingsDeclaration } from "../../src/connection/contract/index.js";
import { settingsOf } from "./subject.js";

const DECOY = "127.0.0.1:9";

/** A connection type, set up, and what makes it send requests. */
export interface Exercised {
  readonly type: { readonly settings: SettingsDeclaration };
  readonly settings: Readonly<Record<string, unknown>>;
  /** Reaches the provider. */
  readonly fetch: Fetch;
  /**
   * Opens, diagnoses and signs somebody in, as far as that goes.
   *
   * @param real leads an address at the decoy, to which a browser is sent, to the provider
   */
  readonly exercise: (
    settings: Record<string, unknown>,
    fetch: Fetch,
    real: (address: string) => string,
  ) => Promise<void>;
}

/** The names of the settings without `receivesSecrets` of which a host is made that a secret is sent to. */
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

/** A request of the type to its provider, with all that it carries as text, credentials decoded. */
interface SentRequest {
  readonly host: string;
  readonly text: string;
}

/** @param moved the host in whose place the decoy stands; `null` without a decoy */
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
  // A moved setting may break the exchange, which is not what is looked at here.
  await exercise({ ...settings }, record, real).catch((error: unknown) => {
    if (moved === null) throw error;
  });
  return sent;
}

function replaceHost(value: unknown, host: string, decoy: string): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(host, decoy));
}

/** Whether a value is one or several labels of a host in a row, or its port: `acme` of `acme.id.example`. */
function isMadeOf(host: string, { kind }: Setting, value: unknown): boolean {
  if (kind === "TOGGLE") return false;
  const texts = (Array.isArray(value) ? value : [value]).map((each) => String(each).toLowerCase());
  return texts.some((text) => text !== "" && `.${host.replace(":", ".")}.`.includes(`.${text.replace(":", ".")}.`));
}

function formEncode(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1);
}
