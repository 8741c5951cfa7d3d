#include "recon/ellipsoids.h"
#include "recon/trajectories.h"
#include "tests/support/devices.h"
#include "tests/support/direct_sum.h"

using namespace tessera;
using namespace tessera::test;
