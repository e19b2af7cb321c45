// The report is whole as it comes; only the page's head lives.

import { follow } from "../live.js";

follow();
