import { PeopleSection } from "./people-section.tsx";
import { SignUpSection } from "./sign-up-section.tsx";

export function PeoplePage() {
  return (
    <>
      <SignUpSection />
      <PeopleSection />
    </>
  );
}
