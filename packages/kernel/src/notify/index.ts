export { type Mail, type MailMessage, type MailSettings, openMail } from "./mail.ts";
