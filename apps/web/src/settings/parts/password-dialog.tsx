import { later } from "../../shell/later.tsx";

/** Asks for the password again before something that opens or closes a way in. */
export const PasswordDialog = later(() => import("./password-window.tsx").then((part) => part.PasswordWindow));
