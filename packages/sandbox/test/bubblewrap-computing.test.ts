import { bubblewrapSetup, skipUnlessBubblewrap } from "./bubblewrap-setup.ts";
import { probes } from "./probes.ts";

skipUnlessBubblewrap("with bubblewrap", () => probes("computing", bubblewrapSetup));
