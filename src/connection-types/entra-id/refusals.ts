/** What an Entra ID connection refuses beyond what OpenID Connect does. */
import { defineRefusals, type Refuse } from "../../connection/contract/index.js";

const defined = defineRefusals("ENTRA_", {
  ENTRA_TENANT_UNKNOWN: {
    message:
      "Your company's sign-in service and this application are not set up to fit together. Please tell your administrator.",
    remedy:
      "Microsoft does not know this directory. Compare tenantId with the Directory (tenant) ID in the overview of the app registration; for a national cloud, the operator sets USHER_ENTRA_AUTHORITY.",
  },
  ENTRA_TENANT_MISMATCH: {
    message: "Your account is of another company. Please sign in with the account of this one.",
    remedy:
      "The account is of another directory than this connection's; the attempt's detail names both. The person should choose their company account, or be invited to the directory as a guest. Check that the app registration is for accounts in this directory only (single tenant).",
  },
  ENTRA_OBJECT_ID_INVALID: {
    message: "Your company's sign-in service did not say who you are. Please tell your administrator.",
    remedy:
      "The ID token has no oid claim, by which people are recognised. Check that the app registration grants the delegated permission openid and profile, and that no claims mapping policy takes oid away.",
  },
});

export const ENTRA_ID_REFUSALS = defined.texts;
export const refuse: Refuse<keyof typeof ENTRA_ID_REFUSALS> = defined.refuse;
