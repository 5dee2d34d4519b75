/** The settings that connect a CAS server. */
import { setting } from "usher/contract";

export const CAS_SETTINGS = {
  serverUrl: setting.url({
    label: "Server URL",
    help: "The address of the CAS server, such as https://cas.example.edu/cas, without /login.",
    reach: "server",
    required: true,
    trust: true,
  }),
  subjectAttribute: setting.text({
    label: "Subject attribute",
    help: "An attribute that identifies a person and is never given to a second one. Without it, the user name identifies.",
    fixed: true,
    trust: true,
  }),
  emailAttribute: setting.text({
    label: "E-mail attribute",
    help: "The attribute that holds the e-mail address.",
    default: "mail",
  }),
  firstNameAttribute: setting.text({
    label: "First name attribute",
    help: "The attribute that holds the first name.",
    default: "givenName",
  }),
  lastNameAttribute: setting.text({
    label: "Last name attribute",
    help: "The attribute that holds the last name.",
    default: "sn",
  }),
  employeeIdAttribute: setting.text({
    label: "Employee ID attribute",
    help: "The attribute that holds the employee ID.",
    default: "employeeNumber",
  }),
  groupsAttribute: setting.text({
    label: "Groups attribute",
    help: "The attribute that lists the groups of a person, one value for each group.",
    default: "memberOf",
  }),
};

/** @typedef {import("usher/contract").SettingsOf<typeof CAS_SETTINGS>} CasSettings */
/** @typedef {import("usher/contract").DraftSettingsOf<typeof CAS_SETTINGS>} CasDraft */

/**
 * Checks the address of the server. It must have one spelling, because it is also the issuer of the server's people.
 *
 * @param {CasDraft} settings
 * @returns {import("usher/contract").SettingIssue[]}
 */
export function checkSettings({ serverUrl }) {
  if (serverUrl === null) return [];
  const isPlain = /^https?:\/\/[^/?#\\@]+(?:\/[^/?#\\]+)*$/.test(serverUrl);
  return isPlain
    ? []
    : [{ setting: "serverUrl", message: "must have no slash at its end, no query, no fragment and no user" }];
}
