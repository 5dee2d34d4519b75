/** The refusals of an Entra ID connection, in addition to those of OpenID Connect. */
import { defineRefusals, type Refuse } from "../../connection/contract/index.js";

const defined = defineRefusals("ENTRA_", {
  ENTRA_TENANT_UNKNOWN: {
    message:
      "Your company's sign-in service and this application are not set up to fit together. Please tell your administrator.",
    remedy:
      "Microsoft does not know this directory. Compare tenantId with the Directory (tenant) ID in the overview of the app registration; for a national cloud, the operator sets USHER_ENTRA_AUTHORITY.",
    fault: "PROVIDER",
  },
  ENTRA_TENANT_MISMATCH: {
    message: "Your account belongs to a different company. Please sign in with your account of this company.",
    remedy:
      "The account is in a different directory than the one of this connection; the attempt's detail names both. The person chooses their company account, or you invite them to the directory as a guest. Check that the app registration is for accounts in this directory only (single tenant).",
  },
  ENTRA_PERSONAL_ACCOUNT: {
    message: "This is a personal Microsoft account. Please sign in with your company account.",
    remedy:
      "The person chose a personal Microsoft account, which belongs to no directory. They choose their company account.",
  },
  ENTRA_CONSENT_REFUSED: {
    message: "Your company's directory did not consent. Nothing was connected.",
    remedy:
      "The administrator cancelled, or may not consent for the directory; the attempt's detail has Microsoft's answer. Somebody with the role Cloud Application Administrator or Global Administrator opens the address of startConsent again.",
  },
  ENTRA_CONSENT_BY_GUEST: {
    message: "You are a guest in this directory. An administrator who belongs to the company has to connect it.",
    remedy:
      "A guest of the directory signed in after the consent. A member of the directory opens the address of startConsent.",
  },
  ENTRA_OBJECT_ID_INVALID: {
    message: "Your company's sign-in service did not say who you are. Please tell your administrator.",
    remedy:
      "The ID token has no oid claim, which identifies the person. Check that the app registration has the delegated permissions openid and profile, and that no claims mapping policy removes oid.",
  },
});

export const ENTRA_ID_REFUSALS = defined.texts;
export const refuse: Refuse<keyof typeof ENTRA_ID_REFUSALS> = defined.refuse;
