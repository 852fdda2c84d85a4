export { type Mail, type MailMessage, type MailSettings, openMail } from "./mail.ts";
export { notificationJobs } from "./notification-jobs.ts";
export { notifyPerson, settleNotifications } from "./notify-person.ts";
export { notificationPersonData } from "./person-data.ts";
export { listNotifications, readNotifications } from "./read-notifications.ts";
export { notificationRoutesOn } from "./routes.ts";
