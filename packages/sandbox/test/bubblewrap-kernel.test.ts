import { bubblewrapSetup, skipUnlessBubblewrap } from "./bubblewrap-setup.ts";
import { kernels } from "./kernels.ts";

skipUnlessBubblewrap("with bubblewrap", () => kernels(bubblewrapSetup));
