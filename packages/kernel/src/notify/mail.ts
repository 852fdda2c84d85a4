import { createTransport } from "nodemailer";

export interface MailMessage {
  to: string;
  subject: string;
  /** Plain text; blank lines separate paragraphs. */
  text: string;
}

export interface Mail {
  /** Resolves when the mail server has taken the message. @throws what the mail server or the network says */
  send(message: MailMessage): Promise<void>;
  /** Connects and signs in without sending anything. @throws when that fails */
  check(): Promise<void>;
  close(): void;
}

export interface MailSettings {
  SMTP_URL?: string | undefined;
  MAIL_FROM?: string | undefined;
  publicUrl: string;
}

/** The sending of e-mail through SMTP_URL; null when none is set. */
export function openMail(settings: MailSettings): Mail | null {
  if (settings.SMTP_URL === undefined) return null;
  const from = settings.MAIL_FROM ?? `Mindmesh <no-reply@${new URL(settings.publicUrl).hostname}>`;
  const transport = createTransport(settings.SMTP_URL, {
    from,
    // Text from people (names of workspaces) must never be read as a path or a URL to attach.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, subject, text }) {
      // An address object is taken as it is, where a string would be parsed as a list.
      await transport.sendMail({ to: { name: "", address: to }, subject: oneLine(subject), text });
    },
    async check() {
      await transport.verify();
    },
    close() {
      transport.close();
    },
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ").slice(0, 200);
}
