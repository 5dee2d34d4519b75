/** What a Google Workspace connection refuses beyond what OpenID Connect does. */
import { defineRefusals, type Refuse } from "../../connection/contract/index.js";

const defined = defineRefusals("GOOGLE_", {
  GOOGLE_DOMAIN_MISSING: {
    message: "This is a personal Google account. Please sign in with your company account.",
    remedy:
      "The person chose a Google account that belongs to no Google Workspace, even if its address looks like the company's. They should choose their company account; if it is one, make sure that it is managed by your Workspace in the Google Admin console.",
  },
  GOOGLE_DOMAIN_MISMATCH: {
    message: "Your account is of another company. Please sign in with the account of this one.",
    remedy:
      "The account belongs to a Google Workspace domain that is not in the connection's domains; the attempt's detail names both. If it is a domain of your own, it needs a connection that lists it, since domains cannot change once a connection has been active.",
  },
});

export const GOOGLE_WORKSPACE_REFUSALS = defined.texts;
export const refuse: Refuse<keyof typeof GOOGLE_WORKSPACE_REFUSALS> = defined.refuse;
