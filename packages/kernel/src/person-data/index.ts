export { type PersonData, type PersonalItem, forgetWorkspaceIn, inPages } from "./person-data.ts";
