// Fetched after the forms are drawn: see check-later.ts.
import { zodResolver } from "@hookform/resolvers/zod";
import { acceptInvitationBody, identityRoutes, signInBody, signUpBody } from "@mindmesh/contracts/identity";

export const signIn = zodResolver(signInBody);
export const signUp = zodResolver(signUpBody);
export const invitedAccount = zodResolver(acceptInvitationBody.shape.account.unwrap());
export const secondFactor = zodResolver(identityRoutes.finishSecondFactor.body);
export const forgotPassword = zodResolver(identityRoutes.forgotPassword.body);
export const resetPassword = zodResolver(identityRoutes.resetPassword.body);
