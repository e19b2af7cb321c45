// The barometer's results stand in the page itself; its clock and the state of the link are live.

import { follow } from "../live.js";

follow();
