#include "recon/formats/nifti/nifti_header.h"

#include <Eigen/Dense>
#include <Eigen/Geometry>
#include <cmath>

namespace tessera {

namespace {

Eigen::Matrix3d linear_part(Affine const& a) {
    Eigen::Matrix3d m;
    for (int r = 0; r < 3; ++r)
        for (int c = 0; c < 3; ++c) m(r, c) = a[static_cast<std::size_t>(r)][static_cast<std::size_t>(c)];
    return m;
}

Eigen::Vector3d vector(Vector3 const& v) { return {v[0], v[1], v[2]}; }
Vector3 array(Eigen::Vector3d const& v) { return {v.x(), v.y(), v.z()}; }

/// LPS to RAS and back.
Eigen::Vector3d flip(Eigen::Vector3d const& v) { return {-v.x(), -v.y(), v.z()}; }

Affine affine_from(Eigen::Matrix3d const& linear, Eigen::Vector3d const& offset) {
    Affine a;
    for (int r = 0; r < 3; ++r) a[static_cast<std::size_t>(r)] = {linear(r, 0), linear(r, 1), linear(r, 2), offset(r)};
    return a;
}

} // namespace

Affine nifti_affine(Geometry const& geometry, Matrix const& matrix) {
    Eigen::Vector3d const directions[] = {vector(geometry.x_direction), vector(geometry.y_direction), vector(geometry.z_direction)};
    Eigen::Matrix3d linear;
    Eigen::Vector3d offset = flip(vector(geometry.centre_mm));
    for (int axis = 0; axis < 3; ++axis) {
        auto const d = static_cast<std::size_t>(2 - axis);
        double const voxel = geometry.fov_mm[d] > 0 ? geometry.fov_mm[d] / static_cast<double>(matrix[d]) : 1;
        linear.col(axis) = voxel * flip(directions[axis]);
        offset -= static_cast<double>(matrix[d] / 2) * linear.col(axis);
    }
    return affine_from(linear, offset);
}

Geometry geometry_from(Affine const& affine, Matrix const& matrix) {
    Eigen::Matrix3d const linear = linear_part(affine);
    Eigen::Vector3d centre{affine[0][3], affine[1][3], affine[2][3]};
    Geometry g;
    Vector3* const directions[] = {&g.x_direction, &g.y_direction, &g.z_direction};
    for (int axis = 0; axis < 3; ++axis) {
        auto const d = static_cast<std::size_t>(2 - axis);
        double const voxel = linear.col(axis).norm();
        g.fov_mm[d] = voxel * static_cast<double>(matrix[d]);
        if (voxel > 0) *directions[axis] = array(flip(linear.col(axis) / voxel));
        centre += static_cast<double>(matrix[d] / 2) * linear.col(axis);
    }
    g.centre_mm = array(flip(centre));
    return g;
}

Affine NiftiHeader::affine() const {
    Affine a{};
    if (get<std::int16_t>(kSformCode) > 0) {
        for (std::size_t r = 0; r < 3; ++r)
            for (std::size_t c = 0; c < 4; ++c) a[r][c] = get<float>(kSform, 4 * r + c);
        return a;
    }
    double const qfac = get<float>(kPixdim) < 0 ? -1 : 1;
    Eigen::Matrix3d rotation = Eigen::Matrix3d::Identity();
    Eigen::Vector3d offset = Eigen::Vector3d::Zero();
    if (get<std::int16_t>(kQformCode) > 0) {
        double const b = get<float>(kQuaternion, 0), c = get<float>(kQuaternion, 1), d = get<float>(kQuaternion, 2);
        double const w = std::sqrt(std::max(0.0, 1 - b * b - c * c - d * d));
        rotation = Eigen::Quaterniond(w, b, c, d).normalized().toRotationMatrix();
        rotation.col(2) *= qfac;
        for (int r = 0; r < 3; ++r) offset(r) = get<float>(kQoffset, static_cast<std::size_t>(r));
    }
    for (int axis = 0; axis < 3; ++axis) {
        double const voxel = std::abs(get<float>(kPixdim, static_cast<std::size_t>(axis) + 1));
        rotation.col(axis) *= voxel > 0 ? voxel : 1;
    }
    return affine_from(rotation, offset);
}

void NiftiHeader::set_affine(Affine const& affine) {
    Eigen::Matrix3d rotation = linear_part(affine);
    for (int axis = 0; axis < 3; ++axis) {
        double const voxel = rotation.col(axis).norm();
        put(kPixdim, static_cast<float>(voxel), static_cast<std::size_t>(axis) + 1);
        rotation.col(axis) /= voxel;
    }
    double const qfac = rotation.determinant() < 0 ? -1 : 1;
    rotation.col(2) *= qfac;
    Eigen::Quaterniond q(rotation);
    if (q.w() < 0) q.coeffs() *= -1; // the format stores b, c, d and takes the positive a
    put(kPixdim, static_cast<float>(qfac), 0);
    double const parts[] = {q.x(), q.y(), q.z()};
    for (std::size_t r = 0; r < 3; ++r) {
        put(kQuaternion, static_cast<float>(parts[r]), r);
        put(kQoffset, static_cast<float>(affine[r][3]), r);
        for (std::size_t c = 0; c < 4; ++c) put(kSform, static_cast<float>(affine[r][c]), 4 * r + c);
    }
    put(kQformCode, std::int16_t(1)); // scanner coordinates
    put(kSformCode, std::int16_t(1));
}

} // namespace tessera
