import type { Role } from "@mindmesh/contracts/permissions";
import type { MailMessage } from "../../notify/index.ts";

type Text = Omit<MailMessage, "to">;

export function invitationMail(about: {
  workspaceName: string;
  invitedBy: string | null;
  role: Role;
  link: string;
  days: number;
}): Text {
  const who = about.invitedBy ?? "Somebody";
  return {
    subject: `${who} invites you to ${about.workspaceName}`,
    text: paragraphs(
      `${who} invites you to the workspace "${about.workspaceName}" on Mindmesh, as ${about.role}.`,
      `Open this link to join. It works once, for ${about.days} days:`,
      about.link,
      "If you did not expect this, you need not do anything.",
    ),
  };
}

export function passwordResetMail(about: { name: string; link: string; minutes: number }): Text {
  return {
    subject: "Set a new password",
    text: paragraphs(
      `Hello ${about.name},`,
      `somebody asked for a new password for your Mindmesh account. Open this link to set one. It works once, for ${about.minutes} minutes:`,
      about.link,
      "If it was not you, you need not do anything: your password stays as it is.",
    ),
  };
}

export function emailChangeMail(about: { name: string; link: string; hours: number }): Text {
  return {
    subject: "Confirm your new e-mail address",
    text: paragraphs(
      `Hello ${about.name},`,
      `open this link to make this the address of your Mindmesh account. It works once, for ${about.hours} hours:`,
      about.link,
      "If you did not ask for this, you need not do anything.",
    ),
  };
}

/** What a person is told because it might not have been them. */
export const notices = {
  password_changed: {
    subject: "Your password was changed",
    text: "The password of your Mindmesh account was changed, and every other device was signed out.",
  },
  email_change_requested: {
    subject: "A new e-mail address was given for your account",
    text: "A new e-mail address was given for your Mindmesh account. It takes effect when it is confirmed.",
  },
  second_factor_removed: {
    subject: "Two-factor sign-in was turned off",
    text: "Your Mindmesh account no longer asks for a code at sign-in.",
  },
  refresh_reused: {
    subject: "A device was signed out",
    text: "A sign-in of your Mindmesh account was used from two places, which may mean that it was stolen. That device was signed out.",
  },
} as const satisfies Record<string, Text>;

export type Notice = keyof typeof notices;

export function noticeMail(notice: Notice, about: { name: string; publicUrl: string }): Text {
  return {
    subject: notices[notice].subject,
    text: paragraphs(
      `Hello ${about.name},`,
      notices[notice].text,
      `If this was not you, set a new password at once and look through your devices: ${about.publicUrl}`,
    ),
  };
}

function paragraphs(...texts: string[]): string {
  return `${texts.join("\n\n")}\n`;
}
