/** A made-up connection type with every kind of setting, a provider that only counts, and hooks that tests replace. */
import { Strategy } from "passport";
import {
  CONTRACT_VERSION,
  defineConnectionType,
  ProtocolRefusal,
  setting,
  type AnyConnectionType,
  type Finding,
  type SettingsIssuer,
} from "../../../src/connection/contract/index.js";

const SPECIMEN_SETTINGS = {
  address: setting.url({
    label: "Address",
    help: "Where the provider is.",
    reach: "server",
    required: true,
    trust: true,
  }),
  tenant: setting.text({ label: "Tenant", help: "Which tenant.", required: true, fixed: true, trust: true }),
  password: setting.secret({ label: "Password", help: "The client's password.", required: true }),
  serviceKey: setting.secret({ label: "Service key", help: "For directory calls.", longest: 10_000 }),
  strict: setting.toggle({ label: "Strict", help: "Whether to be strict.", default: true }),
  skewSeconds: setting.integer({ label: "Skew", help: "Seconds.", minimum: 0, maximum: 300, default: 60 }),
  style: setting.choice(["plain_text", "form"], { label: "Style", help: "How to send.", default: "form" }),
  algorithms: setting.choices(["RS256", "ES256"], {
    label: "Algorithms",
    help: "What to accept.",
    default: ["RS256"],
    trust: true,
  }),
  keys: setting.list({
    label: "Keys",
    help: "What to trust; adding one is harmless.",
    trust: true,
    raisesTrust: (before, after) => (before ?? []).some((key) => !(after ?? []).includes(key)),
  }),
  metadata: setting.document({ label: "Metadata", help: "Lines of `name=value` that fill in the rest." }),
  nickname: setting.text({ label: "Nickname", help: "Of no consequence." }),
} as const;

interface SpecimenHooks {
  findings: readonly Finding[];
  diagnose: (() => Promise<void>) | null;
  open: (() => Promise<void>) | null;
  /** The issuer, if it differs from the address. */
  issuer: ((settings: { readonly address: string | null }) => SettingsIssuer) | null;
  imported: Record<string, unknown> | null;
  opened: number;
}

export interface Specimen {
  readonly type: AnyConnectionType;
  readonly hooks: SpecimenHooks;
}

class SilentStrategy extends Strategy {
  override authenticate(): void {
    this.pass();
  }
}

/** Makes a specimen with its own hooks. */
export function createSpecimen(settingsVersion = 1): Specimen {
  const hooks: SpecimenHooks = { findings: [], diagnose: null, open: null, issuer: null, imported: null, opened: 0 };
  const type = defineConnectionType({
    id: "made-up",
    name: "Made-up provider",
    description: "For tests.",
    guide: "docs/administrators/made-up.md",
    contractVersion: CONTRACT_VERSION,
    settingsVersion,
    upgrade: (stored, fromVersion) => ({ ...stored, nickname: `upgraded from ${fromVersion}` }),
    binding: "redirect",
    settings: SPECIMEN_SETTINGS,
    refusals: {
      MADE_UP_UNREACHABLE: { message: "The provider does not answer.", remedy: "Look at its address." },
    },
    check: ({ strict, style }, complete) =>
      complete && strict === true && style === "plain_text"
        ? [{ setting: "style", message: "is not possible while strict is on" }]
        : [],
    serviceProvider: ({ callbackUrl }) => [{ name: "redirectUrl", label: "Redirect URI", value: callbackUrl }],
    issuer: ({ address }) => {
      if (hooks.issuer !== null) return hooks.issuer({ address });
      return address === null ? { kind: "open" } : { kind: "named", issuers: [address] };
    },
    complete: (settings, given) => {
      if (!given.has("metadata") || settings.metadata === null) return settings;
      const lines = settings.metadata.split("\n").map((line) => line.split("=") as [string, string]);
      return { ...settings, ...Object.fromEntries(lines.filter(([name]) => !given.has(name))) };
    },
    importMetadata: async () => hooks.imported ?? {},
    open: async (settings) => {
      hooks.opened += 1;
      await hooks.open?.();
      return { password: settings.password };
    },
    strategy: () => new SilentStrategy(),
    normalize: () => {
      throw new Error("The specimen signs nobody in.");
    },
    diagnose: async () => {
      await hooks.diagnose?.();
      return hooks.findings;
    },
  });
  return { type, hooks };
}

/** A second connection type, without hooks. */
export const PLAIN_TYPE: AnyConnectionType = {
  ...createSpecimen().type,
  id: "plain",
  name: "Plain provider",
  settings: { word: setting.text({ label: "Word", help: "A word.", required: true }) },
  check: () => [],
  issuer: () => ({ kind: "open" }),
  complete: (settings) => settings,
};

export function unreachable(): ProtocolRefusal {
  return new ProtocolRefusal("MADE_UP_UNREACHABLE", "the provider answered 500");
}
