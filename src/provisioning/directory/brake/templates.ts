/** The mail about a provisioning directory that the mass-removal brake paused. */
import { toOneLine } from "../../../platform/mail/mail-text.js";
import { defineMailTemplate } from "../../../platform/mail/template.js";

/** The data of the mail. */
interface DirectoryPaused {
  readonly organization: { readonly name: string };
  readonly directory: { readonly id: string; readonly name: string };
  /** How many users lost their access in the last hour. */
  readonly removed: number;
}

export const DIRECTORY_PAUSED_NOTICE = defineMailTemplate<DirectoryPaused>({
  name: "directory-paused",
  description:
    "to the administrators of an organization, when a provisioning directory was about to end the access of too many users and is paused",
  subject: ({ organization, directory }) => `Provisioning by "${directory.name}" is paused (${organization.name})`,
  body: ({ directory, removed }) =>
    `${[
      `The provisioning directory "${toOneLine(directory.name)}" has ended the access of ${removed} users within an hour, and was about to end it for more than a fifth of its users. Usher refused the last request and paused the directory. Until you release it, the provider can change nothing.`,
      "Look at the provider first: a changed filter or assignment may remove people by mistake. provisioningRequests shows what the provider sent.",
      `If the removals are a mistake, correct the provider, and then run:\nmutation { releaseProvisioningDirectory(input: { id: "${directory.id}" }) { directory { state } } }`,
      "If all of them are meant, add allowRemovals: true to the input. Usher then lets any number of removals through for an hour.",
      "You receive this because you are an administrator.",
    ].join("\n\n")}\n`,
});

export const DIRECTORY_TEMPLATES = [DIRECTORY_PAUSED_NOTICE] as const;
