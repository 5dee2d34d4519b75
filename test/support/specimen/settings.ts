/** The settings of the specimen: the provider's address, the audience of tickets, and the secret for their signatures. */
import { setting, type SettingsOf } from "../../../src/connection/contract/index.js";

export const SPECIMEN_SETTINGS = {
  address: setting.url({
    label: "Address",
    help: "Where the provider is.",
    reach: "server",
    required: true,
    trust: true,
  }),
  audience: setting.text({
    label: "Audience",
    help: "The name that the provider has for this application.",
    required: true,
    trust: true,
  }),
  sharedSecret: setting.secret({
    label: "Shared secret",
    help: "What the provider signs its tickets with.",
    required: true,
  }),
  groupsField: setting.text({
    label: "Groups field",
    help: "The field of a ticket that lists groups.",
    default: "groups",
  }),
} as const;

export type SpecimenSettings = SettingsOf<typeof SPECIMEN_SETTINGS>;
