/** Everything that a connection type may import from Usher. */
export { maxAgeSeconds, requiredAcr } from "./authentication-settings.js";
export { boundProfile, PROFILE_LENGTHS } from "./bound-profile.js";
export * from "./connection-type.js";
export type { ClientKey, ClientKeyUse } from "./client-keys.js";
export { defineConnectionType } from "./define-connection-type.js";
export type { Logout } from "./logout.js";
export type { LearnedFacts, Memory, KeptFacts } from "./memory.js";
export * from "./profile.js";
export * as setting from "./settings.js";
export type {
  DraftSettingsOf,
  ParseContext,
  Parsed,
  Setting,
  SettingCondition,
  SettingIssue,
  SettingKind,
  SettingsDeclaration,
  SettingsOf,
  UrlRule,
} from "./settings.js";
export type { Authentication } from "../../protocols/authentication.js";
export * from "../../protocols/exchange.js";
export type * from "../../protocols/logout.js";
export {
  defineRefusals,
  ProtocolRefusal,
  quote,
  type Fault,
  type RefusalText,
  type RefusalTexts,
  type Refuse,
} from "../../protocols/refusal.js";
export { answerExchange, defineStrategy, type ExchangeSteps } from "../../protocols/strategy.js";
export { PROFILE_FIELDS, type ProfileField } from "../../people/user/profile/field-name.js";
export { readEmailAddress } from "../../protocols/email-address.js";
