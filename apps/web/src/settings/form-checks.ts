// Fetched after the forms are drawn: see identity/check-later.ts.
import { zodResolver } from "@hookform/resolvers/zod";
import { accountRoutes } from "@mindmesh/contracts/account";
import { toolLimits as toolLimitsBody } from "@mindmesh/contracts/tools";
import { workspaceRoutes } from "@mindmesh/contracts/workspaces";
import { limitsForm } from "./code/limits-form.ts";

export const updateProfile = zodResolver(accountRoutes.updateProfile.body);
export const changeEmail = zodResolver(accountRoutes.changeEmail.body);
export const changePassword = zodResolver(accountRoutes.changePassword.body);
export const updateWorkspace = zodResolver(workspaceRoutes.updateWorkspace.body);
export const toolLimits = zodResolver(toolLimitsBody);
export const runLimits = zodResolver(limitsForm);
