/** Rules across the settings of a SAML connection. */
import type { SettingIssue } from "../../connection/contract/index.js";
import type { SamlDraft } from "./settings.js";

/** The settings that activation needs without a metadata address. */
const NEEDED = {
  entityId: "the provider's entity ID",
  signOnUrl: "the provider's sign-on URL",
  certificates: "at least one signing certificate of the provider",
} as const;

/** @param complete whether the settings that activation needs are required, too */
export function checkSettings(settings: SamlDraft, complete: boolean): readonly SettingIssue[] {
  const issues: SettingIssue[] = [];
  if (settings.metadataXml !== null && settings.metadataUrl !== null)
    issues.push({
      setting: "metadataUrl",
      message: "set either metadataXml or metadataUrl, and clear the other",
    });
  if (complete && settings.metadataUrl === null)
    for (const [setting, what] of Object.entries(NEEDED))
      if (settings[setting as keyof typeof NEEDED] === null)
        issues.push({ setting, message: `is needed: ${what}, or metadata that fills it in` });
  return issues;
}
