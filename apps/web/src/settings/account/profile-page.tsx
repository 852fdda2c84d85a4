import { EmailSection } from "./email-section.tsx";
import { NameSection } from "./name-section.tsx";

export function ProfilePage() {
  return (
    <>
      <NameSection />
      <EmailSection />
    </>
  );
}
