/** Checks a connection without a user: missing settings, the documents at its addresses, and the diagnosis of its type. */
import type { FieldIssue } from "../../platform/errors/failure.js";
import { ProtocolRefusal, type AnyConnectionType, type Finding, type Runtime } from "../contract/index.js";
import { supplyOperatorApp } from "../operator-app/operator-app.js";
import { createRuntime } from "../runtime.js";
import type { ConnectionServices } from "../services.js";
import { describeIncomplete, mergeSettings, type MergedSettings } from "../settings/merge-settings.js";
import { completeSettings, openStored, type DraftSettings, type PlainSettings } from "../settings/stored-settings.js";
import { WARNING_DAYS } from "../watch/expirations.js";
import { findObstacles } from "./obstacles.js";
import { findHealthOfConnections } from "./connection-health.repository.js";
import { loadOpeningContext } from "./opening-context.js";
import type { Connection } from "./connection.js";

export interface Diagnosis {
  readonly type: AnyConnectionType;
  readonly before: PlainSettings;
  /**
   * The settings, with empty ones filled in from the documents at the addresses among them; `given` names those that
   * were filled in.
   */
  readonly merged: MergedSettings;
  /** Missing or contradicting settings. If there are any, the provider is not asked. */
  readonly fields: readonly FieldIssue[];
  readonly findings: readonly Finding[];
  /** Findings about the organization, such as a policy that prevents sign-ins. Made without asking the provider. */
  readonly obstacles: readonly Finding[];
}

/**
 * The longest message of a finding, in characters. Messages are stored and shown, and a message may repeat half a
 * megabyte of a provider's answer.
 */
const LONGEST_MESSAGE = 1_000;

function shorten(finding: Finding): Finding {
  const { message } = finding;
  return message.length <= LONGEST_MESSAGE ? finding : { ...finding, message: `${message.slice(0, LONGEST_MESSAGE)}…` };
}

/** Diagnoses a connection and changes nothing. Asks the provider, so a caller must not run it inside a unit of work. */
export async function diagnoseConnection(services: ConnectionServices, connection: Connection): Promise<Diagnosis> {
  const type = services.registry.get(connection.type);
  const context = await loadOpeningContext(services, connection);
  const since = (await findHealthOfConnections(services.reader, [connection.id])).get(connection.id)?.providerFailure
    ?.since;
  const runtime: Runtime = {
    ...createRuntime(services.runtime, connection, context),
    ...(since !== undefined && { refreshFailingSince: since }),
  };
  const before = openStored(type, services.runtime.keyRing, connection);
  const obstacles = await findObstacles(services, connection);
  let merged: MergedSettings = { plain: before, given: new Set() };
  const outcome = (fields: readonly FieldIssue[], findings: readonly Finding[]): Diagnosis => ({
    type,
    before,
    merged,
    fields,
    findings: findings.map(shorten),
    obstacles,
  });
  try {
    const imported = await importSettings(type, before, runtime);
    merged = imported.merged;
    const settings = completeSettings(type, merged.plain);
    const fields = [...imported.fields, ...describeIncomplete(type, settings)];
    if (fields.length > 0) return outcome(fields, []);
    const found = await type.diagnose(supplyOperatorApp(type, settings), runtime);
    return outcome(fields, [...found, ...judgeSecrets(type, settings, runtime)]);
  } catch (error) {
    if (!(error instanceof ProtocolRefusal)) throw error;
    return outcome([], [describeRefusal(type, error)]);
  }
}

const DAY_MILLISECONDS = 86_400_000;

/**
 * Finds client secrets that expire soon or have expired. Gives at most a warning, because an administrator entered the
 * date. The types themselves judge certificates.
 */
function judgeSecrets(type: AnyConnectionType, settings: DraftSettings, runtime: Runtime): readonly Finding[] {
  const secrets = (type.expirations?.(settings, runtime) ?? []).filter(({ kind }) => kind === "CLIENT_SECRET");
  return secrets.map(({ name, expiresAt }): Finding => {
    const check = "CLIENT_SECRET_EXPIRY";
    const days = Math.floor((expiresAt.getTime() - runtime.now().getTime()) / DAY_MILLISECONDS);
    const date = expiresAt.toISOString().slice(0, 10);
    if (days >= WARNING_DAYS[0])
      return { check, level: "OK", message: `The client secret is valid until ${date}.`, remedy: null };
    const message =
      days < 0 ? `The client secret expired on ${date}.` : `The client secret expires in ${days} days, on ${date}.`;
    const remedy = `Make a new client secret at the provider, and set ${name} and its date with updateConnection. Nobody is signed out.`;
    return { check, level: "WARNING", message, remedy };
  });
}

/** Fetches the documents at addresses among the settings, and fills in settings that are empty. */
async function importSettings(
  type: AnyConnectionType,
  before: PlainSettings,
  runtime: Runtime,
): Promise<{ readonly merged: MergedSettings; readonly fields: readonly FieldIssue[] }> {
  const nothing = { merged: { plain: before, given: new Set<string>() }, fields: [] };
  if (type.importMetadata === undefined) return nothing;
  const settings = completeSettings(type, before);
  const answer: Readonly<Record<string, unknown>> = await type.importMetadata(settings, runtime);
  const news = Object.entries(answer).filter(([name, value]) => settings[name] === null && (value ?? null) !== null);
  if (news.length === 0) return nothing;
  const fields: FieldIssue[] = [];
  const merged = mergeSettings(type, before, Object.fromEntries(news), {
    context: runtime.urls,
    check: { add: (path, code, message) => fields.push({ path, code, message }) },
    complete: false,
  });
  return { merged, fields };
}

function describeRefusal(type: AnyConnectionType, refusal: ProtocolRefusal): Finding {
  return { check: refusal.code, level: "ERROR", ...explainRefusal(type, refusal) };
}

/**
 * The message and the remedy of a refusal, for the administrator. A refusal's own detail replaces the type's message.
 */
export function explainRefusal(
  type: AnyConnectionType | null,
  { code, detail }: Pick<ProtocolRefusal, "code" | "detail">,
): { readonly message: string; readonly remedy: string } {
  const text = type?.refusals[code];
  return {
    message: detail ?? text?.message ?? code,
    remedy: text?.remedy ?? "Check the settings of the connection.",
  };
}

/** All findings of a diagnosis: first those about the organization, then missing settings. */
export function listFindings({ fields, findings, obstacles }: Diagnosis): readonly Finding[] {
  const incomplete = fields.map(({ path, message }): Finding => ({
    check: "SETTINGS_COMPLETE",
    level: "ERROR",
    message: `${path} ${message}.`,
    remedy: "Correct the setting with updateConnection, then test again.",
  }));
  return [...obstacles, ...incomplete, ...findings];
}
