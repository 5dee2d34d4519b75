/** The refusals of a Google Workspace connection, in addition to those of OpenID Connect. */
import { defineRefusals, type Refuse } from "../../connection/contract/index.js";

const defined = defineRefusals("GOOGLE_", {
  GOOGLE_DOMAIN_MISSING: {
    message: "This is a personal Google account. Please sign in with your company account.",
    remedy:
      "The person chose a personal Google account, even if its address looks like a company address. They choose their company account. If it is one, check in the Google Admin console that your Workspace manages it.",
  },
  GOOGLE_DOMAIN_MISMATCH: {
    message: "Your account belongs to a different company. Please sign in with your account of this company.",
    remedy:
      "The account's Google Workspace domain is not in the connection's domains; the attempt's detail names both. If it is your own domain, create a connection that lists it: the domains of a connection cannot change after its first activation.",
  },
});

export const GOOGLE_WORKSPACE_REFUSALS = defined.texts;
export const refuse: Refuse<keyof typeof GOOGLE_WORKSPACE_REFUSALS> = defined.refuse;
