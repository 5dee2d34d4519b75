/** The refusals of this type: a sentence for the person, and a remedy for the administrator. */
import { defineRefusals } from "usher/contract";

const TELL = "Please tell your administrator.";

export const { texts: CAS_REFUSALS, refuse: throwRefusal } = defineRefusals("CAS_", {
  CAS_UNREACHABLE: {
    message: "Your company's sign-in service cannot be reached at the moment. Please try again in a few minutes.",
    remedy: "Check the server URL, and that this installation can reach the CAS server over https.",
  },
  CAS_ANSWER_INVALID: {
    message: `Your company's sign-in service gave an answer that could not be used. ${TELL}`,
    remedy:
      "Check that the server URL is that of a CAS server which answers /p3/serviceValidate in XML (CAS 4 or newer).",
  },
  CAS_TICKET_MISSING: {
    message: "The answer of your company's sign-in service is incomplete. Please start again.",
    remedy: "The person returned without a service ticket. If it happens again, look at the log of the CAS server.",
    causedByAnybody: true,
  },
  CAS_TICKET_INVALID: {
    message: "The sign-in took too long, or its answer was used before. Please start again.",
    remedy:
      "The CAS server did not accept the ticket. Tickets expire within seconds: compare the load and the network.",
    causedByAnybody: true,
  },
  CAS_SERVICE_UNKNOWN: {
    message: `Your company's sign-in service does not know this application. ${TELL}`,
    remedy: "Register the service URL that this connection shows in the service registry of the CAS server.",
  },
  CAS_AUTHENTICATION_OLD: {
    message: "Please sign in again at your company's sign-in service.",
    remedy: "A new authentication was asked for, and the server answered with an older one. It must honour renew=true.",
  },
  CAS_PROXIED: {
    message: `Your company's sign-in service gave an answer that could not be used. ${TELL}`,
    remedy: "The ticket came through another application (a proxy), which this type does not accept.",
  },
  CAS_SUBJECT_MISSING: {
    message: `Your company's sign-in service did not say who you are. ${TELL}`,
    remedy: "Release the subject attribute to this service with exactly one value, or check the name in the settings.",
  },
  CAS_SIGN_IN_REPEATED: {
    message: "This sign-in was completed before. Please start again.",
    remedy: "The person opened the address twice. Several in a row may be an attack.",
    causedByAnybody: true,
  },
});

/** @typedef {keyof typeof CAS_REFUSALS} CasCode */

/** @type {import("usher/contract").Refuse<CasCode>} */
export const refuse = throwRefusal;
